"""What producers say about their delivery, and what of it makes no sense; without I/O."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from core.errors import RowErrors
from core.i18n import lazy_gettext as _l
from market.delivery.models import Carrier, MethodKind

MOST_FEE_VND: Final = 10_000_000
MOST_GRAMS: Final = 1_000_000
MOST_ROWS: Final = 10


@dataclass(frozen=True)
class MethodValues:
    """A delivery method; the last three are a pick-up point's."""

    kind: MethodKind
    name: str
    carrier: Carrier = Carrier.PRODUCER
    free_from_vnd: int | None = None
    address: str | None = None
    commune_code: str | None = None
    opening_hours: str | None = None


@dataclass(frozen=True)
class RateValues:
    """What a parcel of up to so many grams costs, in dong."""

    up_to_grams: int
    fee_vnd: int


@dataclass(frozen=True)
class ZoneValues:
    """A zone: provinces by code, communes as they are written, one each, and fees by weight."""

    name: str
    provinces: Collection[str]
    communes: Sequence[str]
    is_elsewhere: bool
    rates: Sequence[RateValues]
    extra_kg_vnd: int | None = None


@dataclass(frozen=True)
class WindowValues:
    """A window of some weekdays (1 is Monday), for so many parcels a day, to be chosen so many hours before."""

    weekdays: frozenset[int]
    from_hour: int
    until_hour: int
    capacity: int
    cutoff_hours: int


def check_rates(rates: Sequence[RateValues]) -> RowErrors:
    """What is wrong with the fees of a zone: each row takes heavier parcels, and is not cheaper."""
    errors: RowErrors = {}
    grams, fee = 0, 0
    for position, rate in enumerate(rates):
        if not grams < rate.up_to_grams <= MOST_GRAMS:
            errors[position] = {
                "up_to_grams": _l("Each row takes heavier parcels than the one before, up to 1,000 kg.")
            }
        elif not fee <= rate.fee_vnd <= MOST_FEE_VND:
            errors[position] = {"fee_vnd": _l("A heavier parcel costs no less, and at most 10.000.000 ₫.")}
        grams, fee = rate.up_to_grams, rate.fee_vnd
    return errors


def check_windows(windows: Sequence[WindowValues]) -> RowErrors:
    """What is wrong with the times of a method; the database holds the same limits."""
    errors: RowErrors = {}
    seen: set[tuple[int, int, int]] = set()
    for position, window in enumerate(windows):
        found: dict[str, object] = {}
        keys = {(weekday, window.from_hour, window.until_hour) for weekday in window.weekdays}
        if not window.weekdays or not window.weekdays <= set(range(1, 8)):
            found["weekdays"] = _l("Choose at least one day.")
        elif keys & seen:
            found["weekdays"] = _l("One of these days has this time in a row above.")
        if not 0 <= window.from_hour < window.until_hour <= 24:
            found["until_hour"] = _l("Hours are numbers from 0 to 24, and it ends after it begins.")
        if not 1 <= window.capacity <= 1000:
            found["capacity"] = _l("A number from 1 to 1000.")
        if not 0 <= window.cutoff_hours <= 336:
            found["cutoff_hours"] = _l("A number of hours from 0 to 336.")
        if found:
            errors[position] = found
        seen |= keys
    return errors
