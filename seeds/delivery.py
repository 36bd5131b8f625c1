"""How the parcels of the demo world reach their buyers: couriers, cooled deliveries, pick-up points and their times."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from random import Random
from typing import Final

from core.db import db
from market.delivery.models import (
    DeliveryMethod,
    DeliveryRate,
    DeliverySlot,
    DeliveryZone,
    DeliveryZonePlace,
    MethodKind,
)
from seeds.identifiers import KeySource
from seeds.rows import ProducerRow

COURIER_NAME: Final = "Chuyển phát (mẫu)"
HOURLY_NAME: Final = "Giao theo giờ (mẫu)"
COOLED_NAME: Final = "Xe lạnh (mẫu)"
POINT_NAME: Final = "Nhận tại cơ sở (mẫu)"
_OPENING_HOURS: Final = "Thứ Hai đến thứ Bảy, 7:00–17:00"
_HOME: Final = ("Trong tỉnh", ("42",))
_NEAR: Final = ("Tỉnh bên cạnh", ("40", "44"))
_ELSEWHERE: Final = ("Nơi khác", ())
_FREE_FROM_VND: Final = 700_000
_COLD_CLASSES: Final = ("chilled", "frozen", "live")
_COLD_CATEGORIES: Final = ("seafood", "processed_meat", "mushroom", "deer_velvet")

_Rates = Sequence[tuple[int, int]]
"""Pairs of "up to so many grams" and the fee in dong."""
_Area = tuple[str, Sequence[str]]
"""The name of a zone and its provinces; none for everywhere else."""


def travels_cold(category: str, storage_class: str) -> bool:
    """Whether a product of the demo world must be kept cold on the way; greens in a cool room need not."""
    return storage_class in _COLD_CLASSES and category in _COLD_CATEGORIES


class DeliveryMaker:
    """Sets up the methods of one producer after the other."""

    def __init__(self, *, with_cold: Collection[str], with_others: Collection[str], with_hours: str) -> None:
        """Ids of the producers with goods that are kept cold, and with others; the slug of the one that keeps hours."""
        self._with_cold, self._with_others, self._with_hours = with_cold, with_others, with_hours

    def add(self, producers: Iterable[ProducerRow]) -> None:
        """Add the methods of all of them to the session."""
        for producer in producers:
            _OneProducer(producer).add(
                cold=producer.id in self._with_cold,
                others=producer.id in self._with_others,
                hourly=producer.slug == self._with_hours,
            )
        db.session.flush()


class _OneProducer:
    def __init__(self, producer: ProducerRow) -> None:
        self._producer = producer
        self._keys = KeySource(Random(f"delivery {producer.slug}"))
        self._milliseconds = int(producer.created_at.timestamp() * 1000)

    def add(self, *, cold: bool, others: bool, hourly: bool) -> None:
        is_cooperative = self._producer.kind == "cooperative"
        if others:
            courier = self._method(
                MethodKind.COURIER, COURIER_NAME, free_from_vnd=_FREE_FROM_VND if is_cooperative else None
            )
            self._zone(courier, _HOME, ((2_000, 18_000), (5_000, 25_000), (20_000, 40_000)), extra_kg_vnd=3_000)
            self._zone(courier, _ELSEWHERE, ((2_000, 30_000), (5_000, 42_000), (20_000, 85_000)), extra_kg_vnd=5_000)
        if hourly:
            by_hour = self._method(MethodKind.COURIER, HOURLY_NAME)
            self._zone(by_hour, _HOME, ((5_000, 30_000), (20_000, 45_000)))
            self._slots(by_hour, weekdays=(2, 4, 6), hours=((8, 11), (14, 17)), capacity=8, cutoff_hours=12)
        if cold:
            cooled = self._method(MethodKind.COOL_CHAIN, COOLED_NAME)
            self._zone(cooled, _HOME, ((5_000, 30_000), (15_000, 50_000)))
            self._zone(cooled, _NEAR, ((5_000, 55_000), (15_000, 90_000)))
            self._slots(cooled, weekdays=(2, 5), hours=((7, 11),), capacity=15, cutoff_hours=14)
        if cold or is_cooperative:
            self._method(
                MethodKind.PICK_UP,
                POINT_NAME,
                address=self._producer.address,
                commune_code=self._producer.commune_code,
                opening_hours=_OPENING_HOURS,
            )

    def _key(self) -> uuid.UUID:
        """A key that sorts after those before, since methods and zones are shown in this order."""
        self._milliseconds += 1
        return uuid.UUID(self._keys.key_at(self._milliseconds))

    def _method(self, kind: MethodKind, name: str, **values: str | int | None) -> DeliveryMethod:
        method = DeliveryMethod(
            id=self._key(),
            producer_id=uuid.UUID(self._producer.id),
            kind=kind,
            name=name,
            created_at=self._producer.created_at,
            **values,
        )
        db.session.add(method)
        return method

    def _zone(self, method: DeliveryMethod, area: _Area, rates: _Rates, *, extra_kg_vnd: int | None = None) -> None:
        name, provinces = area
        zone = DeliveryZone(id=self._key(), name=name, is_elsewhere=not provinces, extra_kg_vnd=extra_kg_vnd)
        zone.method = method
        zone.places = [DeliveryZonePlace(id=self._key(), province_code=code) for code in provinces]
        zone.rates = [DeliveryRate(up_to_grams=grams, fee_vnd=fee_vnd) for grams, fee_vnd in rates]
        db.session.add(zone)

    def _slots(
        self,
        method: DeliveryMethod,
        *,
        weekdays: Sequence[int],
        hours: Sequence[tuple[int, int]],
        capacity: int,
        cutoff_hours: int,
    ) -> None:
        db.session.add_all(
            DeliverySlot(
                id=self._key(),
                method_id=method.id,
                weekday=weekday,
                from_hour=from_hour,
                until_hour=until_hour,
                capacity=capacity,
                cutoff_hours=cutoff_hours,
            )
            for weekday in weekdays
            for from_hour, until_hour in hours
        )
