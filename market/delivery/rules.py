"""Which delivery methods serve a parcel, what each costs, and at which times it comes; without I/O."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from core.i18n import LOCAL_TIME_ZONE, local_day
from market.delivery.models import Carrier, MethodKind

DAYS_AHEAD: Final = 14
"""A time can be chosen for so many days from the first possible one on."""
NO_LIMIT_GRAMS: Final = 100_000_000
"""More than any parcel weighs."""
MOST_TIMES: Final = 40
"""Most times of one method that a page offers."""

Booked = Mapping[tuple[uuid.UUID, date], int]
"""How many parcels are booked by slot and day."""


@dataclass(frozen=True)
class Rates:
    """Fees in dong by weight: `brackets` are pairs of "up to so many grams" and the fee, from the lightest on.

    Above the last one each kilogram begun costs `extra_kg_vnd` more; where that is None, nothing heavier is taken.
    """

    brackets: tuple[tuple[int, int], ...]
    extra_kg_vnd: int | None = None

    @property
    def follow_the_weight(self) -> bool:
        """Whether two parcels that are taken may cost different fees."""
        return len({fee_vnd for _grams, fee_vnd in self.brackets}) > 1 or bool(self.extra_kg_vnd)

    def fee_vnd(self, grams: int) -> int | None:
        """The fee for a parcel of `grams`, None when it is too heavy."""
        for up_to_grams, fee_vnd in self.brackets:
            if grams <= up_to_grams:
                return fee_vnd
        if self.extra_kg_vnd is None or not self.brackets:
            return None
        heaviest, fee_vnd = self.brackets[-1]
        extra_kilograms = (grams - heaviest + 999) // 1000
        return fee_vnd + extra_kilograms * self.extra_kg_vnd


@dataclass(frozen=True)
class Zone:
    """Provinces (two-digit codes) and communes (five-digit codes) with the same rates; or what no other zone names."""

    rates: Rates
    provinces: frozenset[str] = frozenset()
    communes: frozenset[str] = frozenset()
    is_elsewhere: bool = False


@dataclass(frozen=True)
class Window:
    """A window of every week, as `DeliverySlot` keeps it."""

    slot_id: uuid.UUID
    weekday: int
    from_hour: int
    until_hour: int
    capacity: int
    cutoff_hours: int


@dataclass(frozen=True)
class PickUpPoint:
    """Where and when goods are picked up; `address` with its commune."""

    address: str
    opening_hours: str


@dataclass(frozen=True)
class Method:
    """A delivery method as buyers meet it. The site's own courier has neither id nor name."""

    id: uuid.UUID | None
    kind: MethodKind
    name: str | None = None
    carrier: Carrier = Carrier.PRODUCER
    zones: tuple[Zone, ...] = ()
    windows: tuple[Window, ...] = ()
    free_from_vnd: int | None = None
    pick_up: PickUpPoint | None = None


@dataclass(frozen=True)
class Destination:
    """Where a parcel goes; the commune is None while only the province is known."""

    province_code: str
    commune_code: str | None = None


@dataclass(frozen=True)
class Shipment:
    """What one producer sends: its weight, the price of its goods, and what it needs.

    `not_before` is the day from which on it can be sent, for goods that are still to be picked.
    """

    grams: int
    goods_vnd: int
    needs_cool_chain: bool = False
    not_before: date | None = None


@dataclass(frozen=True)
class DeliveryTime:
    """One window on one day."""

    slot_id: uuid.UUID
    day: date
    from_hour: int
    until_hour: int


@dataclass(frozen=True)
class Option:
    """A method that serves a parcel, and its fee in dong. `rates` is None where the weight does not matter.

    With `needs_time` one of `times` must be chosen; there is none when all are taken.
    """

    method: Method
    fee_vnd: int
    rates: Rates | None = None
    needs_time: bool = False
    times: tuple[DeliveryTime, ...] = ()

    @property
    def follows_the_weight(self) -> bool:
        """Whether the fee is that of a weight, which is known for certain only once the parcel is packed."""
        return self.rates is not None and self.rates.follow_the_weight

    @property
    def can_be_chosen(self) -> bool:
        """Whether a buyer can have it."""
        return bool(self.times) or not self.needs_time

    def time_of(self, slot_id: uuid.UUID | None, day: date | None) -> DeliveryTime | None:
        """The time of this slot on this day, if it can be chosen."""
        return next((time for time in self.times if (time.slot_id, time.day) == (slot_id, day)), None)


def options_for(
    methods: Iterable[Method], shipment: Shipment, destination: Destination, *, now: datetime, booked: Booked
) -> list[Option]:
    """The methods that serve a parcel to a place, the cheapest first, with the times that are free."""
    found = []
    for method in methods:
        option = price_method(method, shipment, destination)
        if option is not None:
            times = free_times(method.windows, now=now, booked=booked, not_before=shipment.not_before)
            found.append(replace(option, needs_time=bool(method.windows), times=times))
    return sorted(found, key=lambda option: (option.fee_vnd, option.method.kind, str(option.method.id)))


def price_method(method: Method, shipment: Shipment, destination: Destination) -> Option | None:
    """What a method costs for a parcel to a place; None where it does not serve it.

    Goods that need cooling go by a cool chain only, or wait for their buyer at a pick-up point.
    """
    if method.kind == MethodKind.PICK_UP:
        return Option(method, 0)
    if shipment.needs_cool_chain and method.kind != MethodKind.COOL_CHAIN:
        return None
    zone = zone_of(method.zones, destination)
    fee_vnd = zone.rates.fee_vnd(shipment.grams) if zone is not None else None
    if zone is None or fee_vnd is None:
        return None
    if method.free_from_vnd is not None and shipment.goods_vnd >= method.free_from_vnd:
        return Option(method, 0)
    return Option(method, fee_vnd, zone.rates)


def zone_of(zones: Sequence[Zone], destination: Destination) -> Zone | None:
    """The zone of a place: one that names its commune, or else its province, or else the one for everywhere else."""
    by_commune = (zone for zone in zones if destination.commune_code in zone.communes)
    by_province = (zone for zone in zones if destination.province_code in zone.provinces)
    elsewhere = (zone for zone in zones if zone.is_elsewhere)
    return next(by_commune, None) or next(by_province, None) or next(elsewhere, None)


def free_times(
    windows: Sequence[Window], *, now: datetime, booked: Booked, not_before: date | None = None
) -> tuple[DeliveryTime, ...]:
    """The times that can still be chosen, the earliest first: not too late, and not full."""
    first = max(local_day(now), not_before or date.min)
    found = []
    for ahead in range(DAYS_AHEAD):
        day = first + timedelta(days=ahead)
        for window in windows:
            begins = datetime.combine(day, time(window.from_hour), LOCAL_TIME_ZONE)
            in_time = now <= begins - timedelta(hours=window.cutoff_hours)
            is_free = booked.get((window.slot_id, day), 0) < window.capacity
            if day.isoweekday() == window.weekday and in_time and is_free:
                found.append(DeliveryTime(window.slot_id, day, window.from_hour, window.until_hour))
    return tuple(sorted(found, key=lambda found: (found.day, found.from_hour, found.until_hour))[:MOST_TIMES])


def least_fee_vnd(methods: Iterable[Method], shipment: Shipment) -> int | None:
    """The lowest fee anywhere for a parcel, in dong; None when no method takes it at all."""
    fees = []
    for method in methods:
        if method.kind == MethodKind.PICK_UP:
            fees.append(0)
        elif method.kind == MethodKind.COOL_CHAIN or not shipment.needs_cool_chain:
            is_free = method.free_from_vnd is not None and shipment.goods_vnd >= method.free_from_vnd
            known = [fee for zone in method.zones if (fee := zone.rates.fee_vnd(shipment.grams)) is not None]
            fees += [0 for _fee in known] if is_free else known
    return min(fees, default=None)


def fee_after_packing_vnd(*, fee_vnd: int, rates: Rates | None, grams: int) -> int:
    """The fee once a parcel is weighed: less where it falls into a lighter bracket, never more than was agreed."""
    now_vnd = rates.fee_vnd(grams) if rates is not None else None
    return fee_vnd if now_vnd is None else min(fee_vnd, now_vnd)
