"""Reading delivery methods."""

import uuid
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, Integer, Select, Uuid, any_, bindparam, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from catalog.places.models import Commune
from catalog.producers.models import Producer
from catalog.producers.policies import may_act_for
from catalog.producers.queries import producers_of
from core.accounts import Actor
from core.db import Asked, SettledStatement, ask, db, known, settled
from core.errors import NotFound
from market.delivery.models import DeliveryMethod, DeliverySlot, DeliveryZone, DeliveryZonePlace
from market.delivery.rules import Method, PickUpPoint, Rates, Window, Zone
from market.delivery.site_courier import SiteFees, at_site_rates, site_courier
from market.delivery.site_fees import far_column, near_column

MOST_METHODS = 20
"""Most methods of one producer in use."""


def methods_for(producer_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Method]]:
    """The methods in use of each producer; the site's courier where there are none. A fixed number of queries."""
    return ask_methods(producer_ids).value


def ask_methods(producer_ids: Collection[uuid.UUID]) -> Asked[dict[uuid.UUID, list[Method]]]:
    """As `methods_for`, asked for now."""
    if not producer_ids:
        return known({})
    most = MOST_METHODS * len(producer_ids)
    return ask(_methods_in_use(), {"producer_ids": list(producer_ids), "most": most}).then(_methods_by_producer)


def _methods_by_producer(rows: Sequence[Any]) -> dict[uuid.UUID, list[Method]]:
    wanted = [row.method_id for row in rows if row.method_id is not None]
    own = _methods_with_parts(wanted) if wanted else {}
    found: dict[uuid.UUID, list[Method]] = {}
    for row in rows:
        province = row.province_code
        fees = SiteFees(row.near_vnd, row.far_vnd)
        method = own[row.method_id] if row.method_id is not None else site_courier(from_province=province)
        method = at_site_rates(method, from_province=province, fees=fees)
        found.setdefault(row.producer_id, []).append(method)
    return found


@cache
def _methods_in_use() -> SettledStatement:
    in_use = (DeliveryMethod.producer_id == Producer.id) & DeliveryMethod.ended_at.is_(None)
    return settled(
        select(
            Producer.id.label("producer_id"),
            Commune.province_code,
            DeliveryMethod.id.label("method_id"),
            near_column().label("near_vnd"),
            far_column().label("far_vnd"),
        )
        .join(Commune, Commune.code == Producer.commune_code)
        .outerjoin(DeliveryMethod, in_use)
        .where(Producer.id == any_(bindparam("producer_ids", type_=ARRAY(Uuid()))))
        .order_by(Producer.id, DeliveryMethod.id)
        .limit(bindparam("most", type_=Integer()))
    )


def _methods_with_parts(method_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Method]:
    rows = db.session.scalars(
        select(DeliveryMethod)
        .where(DeliveryMethod.id.in_(method_ids))
        .options(*_parts())
        .execution_options(populate_existing=True)
    )
    return {row.id: _method(row) for row in rows}


def methods_of(actor: Actor) -> Select[DeliveryMethod]:
    """The methods of the actor's producers, those in use first; give it to `paginate`."""
    producer_ids = [producer.id for producer in producers_of(actor)]
    return (
        select(DeliveryMethod)
        .where(DeliveryMethod.producer_id.in_(producer_ids))
        .options(*_parts())
        .order_by(DeliveryMethod.ended_at.is_not(None), DeliveryMethod.producer_id, DeliveryMethod.id)
    )


def get_method(actor: Actor, method_id: uuid.UUID) -> DeliveryMethod:
    """A method with its zones and slots. Raises NotFound unless it is one of the actor's producers'."""
    method = db.session.scalars(
        select(DeliveryMethod)
        .where(DeliveryMethod.id == method_id)
        .options(*_parts(), *_place_names())
        .execution_options(populate_existing=True)
    ).one_or_none()
    if method is None or not may_act_for(actor, method.producer_id):
        raise NotFound
    return method


def get_zone(actor: Actor, zone_id: uuid.UUID) -> DeliveryZone:
    """A zone with its places, rates and method. Raises NotFound unless its method is one of the actor's producers'."""
    zone = db.session.scalars(
        select(DeliveryZone)
        .where(DeliveryZone.id == zone_id)
        .options(
            joinedload(DeliveryZone.method),
            selectinload(DeliveryZone.places).joinedload(DeliveryZonePlace.commune).joinedload(Commune.province),
            selectinload(DeliveryZone.places).joinedload(DeliveryZonePlace.province),
            selectinload(DeliveryZone.rates),
        )
        .execution_options(populate_existing=True)
    ).one_or_none()
    if zone is None or not may_act_for(actor, zone.method.producer_id):
        raise NotFound
    return zone


def slots_in_use(method: DeliveryMethod) -> Sequence[DeliverySlot]:
    """The windows of a method that can be chosen, by weekday and hour."""
    return [slot for slot in method.slots if slot.ended_at is None]


def _parts() -> tuple[_AbstractLoad, ...]:
    return (
        joinedload(DeliveryMethod.commune).joinedload(Commune.province),
        selectinload(DeliveryMethod.zones).options(selectinload(DeliveryZone.places), selectinload(DeliveryZone.rates)),
        selectinload(DeliveryMethod.slots),
    )


def _place_names() -> tuple[_AbstractLoad, ...]:
    places = selectinload(DeliveryMethod.zones).selectinload(DeliveryZone.places)
    return (places.joinedload(DeliveryZonePlace.commune), places.joinedload(DeliveryZonePlace.province))


def _method(row: DeliveryMethod) -> Method:
    pick_up = None
    if row.commune is not None:
        address = f"{row.address}, {row.commune.name}, {row.commune.province.name}"
        pick_up = PickUpPoint(address, row.opening_hours or "")
    return Method(
        row.id,
        row.kind,
        row.name,
        carrier=row.carrier,
        zones=tuple(_zone(zone) for zone in row.zones),
        windows=tuple(
            Window(slot.id, slot.weekday, slot.from_hour, slot.until_hour, slot.capacity, slot.cutoff_hours)
            for slot in slots_in_use(row)
        ),
        free_from_vnd=row.free_from_vnd,
        pick_up=pick_up,
    )


def _zone(row: DeliveryZone) -> Zone:
    return Zone(
        Rates(tuple((rate.up_to_grams, rate.fee_vnd) for rate in row.rates), row.extra_kg_vnd),
        provinces=frozenset(place.province_code for place in row.places if place.province_code),
        communes=frozenset(place.commune_code for place in row.places if place.commune_code),
        is_elsewhere=row.is_elsewhere,
    )
