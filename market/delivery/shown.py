"""How a producer's parcels reach their buyers, as pages show it to who has not said yet where they live."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from catalog.places.models import Commune, Province
from core.db import as_json
from market.delivery.models import (
    Carrier,
    DeliveryMethod,
    DeliveryRate,
    DeliverySlot,
    DeliveryZone,
    DeliveryZonePlace,
    MethodKind,
)
from market.delivery.queries import MOST_METHODS
from market.delivery.rules import Method, Rates, Shipment, Zone, least_fee_vnd
from market.delivery.site_fees import far_column, near_column

MOST_AREAS: Final = 3
"""Most places that are named; of others it is said how many there are."""


@dataclass(frozen=True)
class ShownWay:
    """One way in which parcels reach their buyers; without a name it is the site's courier.

    `from_vnd` is the lowest fee of a small parcel in dong, `free_from_vnd` for how much goods it costs nothing.
    `areas` are the first places that it serves, `more_areas` says how many others; weekdays are ISO 8601's.
    """

    kind: MethodKind
    name: str | None
    from_vnd: int
    free_from_vnd: int | None = None
    areas: tuple[str, ...] = ()
    more_areas: int = 0
    is_everywhere: bool = False
    weekdays: tuple[int, ...] = ()
    address: str | None = None
    opening_hours: str | None = None

    @property
    def keeps_cold(self) -> bool:
        """Whether goods that must be kept cold can go this way."""
        return self.kind in (MethodKind.COOL_CHAIN, MethodKind.PICK_UP)


def lowest_site_fee() -> ColumnElement[int]:
    """The lowest fee of the site's courier now, as a column beside `shown_methods`."""
    return func.least(near_column(), far_column())


def shown_methods() -> Select[*tuple[Any, ...]]:
    """The columns that `ways_from` reads, of methods in use; callers name the producer."""
    weekdays = (
        select(func.array_agg(func.distinct(DeliverySlot.weekday)))
        .where(DeliverySlot.method_id == DeliveryMethod.id, DeliverySlot.ended_at.is_(None))
        .correlate(DeliveryMethod)
        .scalar_subquery()
    )
    return (
        select(
            DeliveryMethod.id,
            DeliveryMethod.kind,
            DeliveryMethod.carrier,
            DeliveryMethod.name,
            DeliveryMethod.free_from_vnd,
            DeliveryMethod.address,
            DeliveryMethod.opening_hours,
            Commune.name.label("commune"),
            Province.name.label("province"),
            weekdays.label("weekdays"),
            as_json(_shown_zones(), "zones"),
        )
        .outerjoin(Commune, Commune.code == DeliveryMethod.commune_code)
        .outerjoin(Province, Province.code == Commune.province_code)
        .where(DeliveryMethod.ended_at.is_(None))
        .order_by(DeliveryMethod.id)
        .limit(MOST_METHODS)
    )


def _shown_zones() -> Select[*tuple[Any, ...]]:
    rates = (
        select(
            func.json_agg(
                aggregate_order_by(
                    func.json_build_array(DeliveryRate.up_to_grams, DeliveryRate.fee_vnd), DeliveryRate.up_to_grams
                )
            )
        )
        .where(DeliveryRate.zone_id == DeliveryZone.id)
        .correlate(DeliveryZone)
        .scalar_subquery()
    )
    name = func.coalesce(Province.name, Commune.name)
    areas = (
        select(func.json_agg(aggregate_order_by(name, DeliveryZonePlace.id)))
        .join_from(DeliveryZonePlace, Province, Province.code == DeliveryZonePlace.province_code, isouter=True)
        .outerjoin(Commune, Commune.code == DeliveryZonePlace.commune_code)
        .where(DeliveryZonePlace.zone_id == DeliveryZone.id)
        .correlate(DeliveryZone)
        .scalar_subquery()
    )
    return (
        select(DeliveryZone.is_elsewhere, DeliveryZone.extra_kg_vnd, rates.label("rates"), areas.label("areas"))
        .where(DeliveryZone.method_id == DeliveryMethod.id)
        .order_by(DeliveryZone.id)
        .correlate(DeliveryMethod)
    )


def ways_from(rows: Sequence[Mapping[str, Any]], shipment: Shipment, *, site_from_vnd: int) -> list[ShownWay]:
    """The ways in the rows of `shown_methods` that take this parcel, deliveries before pick-up points.

    Without any row it is the site's courier, which costs at least `site_from_vnd`.
    """
    site = ShownWay(MethodKind.COURIER, None, site_from_vnd, is_everywhere=True)
    if not rows:
        return [site]
    found = [way for row in rows if (way := _way(row, shipment, site)) is not None]
    return sorted(found, key=lambda way: (way.kind == MethodKind.PICK_UP, way.from_vnd, way.name or ""))


def _way(row: Mapping[str, Any], shipment: Shipment, site: ShownWay) -> ShownWay | None:
    kind = MethodKind(row["kind"])
    weekdays = tuple(sorted(row["weekdays"] or ()))
    if row["carrier"] == Carrier.SITE:
        return None if shipment.needs_cool_chain else replace(site, name=row["name"], weekdays=weekdays)
    zones = row["zones"] or ()
    method = Method(
        uuid.UUID(row["id"]),
        kind,
        zones=tuple(
            Zone(Rates(tuple((grams, fee_vnd) for grams, fee_vnd in zone["rates"] or ()), zone["extra_kg_vnd"]))
            for zone in zones
        ),
    )
    from_vnd = least_fee_vnd([method], shipment)
    if from_vnd is None:
        return None
    areas = [area for zone in zones for area in zone["areas"] or ()]
    return ShownWay(
        kind,
        row["name"],
        from_vnd,
        row["free_from_vnd"],
        areas=tuple(areas[:MOST_AREAS]),
        more_areas=max(len(areas) - MOST_AREAS, 0),
        is_everywhere=any(zone["is_elsewhere"] for zone in zones),
        weekdays=weekdays,
        address=f"{row['address']}, {row['commune']}, {row['province']}" if row["address"] else None,
        opening_hours=row["opening_hours"],
    )
