"""Decisions about lots, without any I/O."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import Invalid
from core.i18n import gettext as _
from traceability.gs1.application_identifiers import check_element
from traceability.gs1.errors import Gs1Error
from traceability.lots.units import LotUnit

LOCAL_TIME_ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
MAX_QUANTITY: Final = 1_000_000
OLDEST_HARVEST: Final = timedelta(days=2 * 365 + 1)


def local_today(now: datetime) -> date:
    """The day it is in Vietnam at `now`."""
    return now.astimezone(LOCAL_TIME_ZONE).date()


def check_harvest_date(harvested_on: date, *, today: date) -> None:
    """A harvest lies in the past two years; raises Invalid for `harvested_on`."""
    if harvested_on > today:
        raise Invalid(_("The harvest date lies in the future."), field="harvested_on")
    if harvested_on < today - OLDEST_HARVEST:
        raise Invalid(_("The harvest date is more than two years ago."), field="harvested_on")


def check_quantity(quantity: int) -> None:
    """Between one and a million units; raises Invalid for `quantity`."""
    if not 1 <= quantity <= MAX_QUANTITY:
        raise Invalid(_("Enter a quantity from 1 to 1,000,000."), field="quantity")


def check_unit(unit: str) -> None:
    """One of the known units; raises Invalid for `unit`."""
    if unit not in set(LotUnit):
        raise Invalid(_("Choose a unit from the list."), field="unit")


def check_lot_number(lot_number: str) -> str:
    """`lot_number` itself when it fits AI 10 (General Specifications §3.4.1); raises Invalid for `lot_number`."""
    try:
        return check_element("10", lot_number).value
    except Gs1Error as error:
        raise Invalid(
            _("A lot number has 1 to 20 letters (without marks), digits or signs such as - / . and no space."),
            field="lot_number",
        ) from error


def next_lot_number(harvested_on: date, taken: Collection[str]) -> str:
    """The first free number of the day: "260915-1", "260915-2", … (year, month, day of harvest)."""
    number = 1
    while (candidate := f"{harvested_on:%y%m%d}-{number}") in taken:
        number += 1
    return candidate


def best_before_of(harvested_on: date, *, best_before: date | None, shelf_life_days: int | None) -> date | None:
    """The date given, or the harvest plus the product's shelf life, or None; never before the harvest."""
    if best_before is None:
        return None if shelf_life_days is None else harvested_on + timedelta(days=shelf_life_days)
    if best_before < harvested_on:
        raise Invalid(_("The best-before date lies before the harvest."), field="best_before")
    return best_before


def harvest_moment(harvested_on: date, *, now: datetime) -> datetime:
    """The event time of a harvest of which only the day is known: its noon in Vietnam, but never in the future."""
    noon = datetime.combine(harvested_on, time(12), tzinfo=LOCAL_TIME_ZONE)
    return min(noon.astimezone(UTC), now)
