"""Decisions about lots, without any I/O."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from core.errors import Invalid
from core.i18n import LOCAL_TIME_ZONE
from core.i18n import gettext as _
from traceability.gs1.application_identifiers import check_element
from traceability.gs1.errors import Gs1Error
from traceability.lots.amounts import Amount, is_weighed, part_of, shared_out
from traceability.lots.units import UNIT_GRAMS, LotUnit

MAX_QUANTITY: Final = 1_000_000
MAX_WEIGHT_GRAMS: Final = 1_000_000_000
"""A thousand tonnes: more than any lot here weighs."""
MAX_TOLERANCE_PERCENT: Final = 5
"""Scales and wet fruit differ by less than this; more is no tolerance but another weight."""
OLDEST_HARVEST: Final = timedelta(days=2 * 365 + 1)


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


def check_weight(weight_grams: int, *, field: str = "weight") -> None:
    """Between one gram and a thousand tonnes; raises Invalid for `field`."""
    if not 1 <= weight_grams <= MAX_WEIGHT_GRAMS:
        raise Invalid(_("Enter a weight from 0.001 to 1,000,000 kg."), field=field)


def check_tolerance(tolerance_grams: int, weight_grams: int) -> None:
    """At most five percent of the weight; raises Invalid for `tolerance`."""
    if not 0 <= tolerance_grams <= weight_grams * MAX_TOLERANCE_PERCENT // 100:
        raise Invalid(
            _("The tolerance can be at most %(percent)s%% of the weight.", percent=MAX_TOLERANCE_PERCENT),
            field="tolerance",
        )


def amount_made(unit: str, *, quantity: int | None, weight_grams: int | None, usual_grams: int | None) -> Amount:
    """How much of a new lot there is: grams, and units where it is counted.

    What is weighed needs `weight_grams` or a `quantity` of whole units; what is counted needs a `quantity` and its
    weight, in all or (`usual_grams`) of one unit. Raises Invalid for `quantity` or `weight`.
    """
    if is_weighed(unit):
        if weight_grams is None:
            check_quantity(quantity or 0)
            weight_grams = (quantity or 0) * UNIT_GRAMS[LotUnit(unit)]
        check_weight(weight_grams)
        return Amount(weight_grams)
    check_quantity(quantity or 0)
    assert quantity is not None
    if weight_grams is None:
        if usual_grams is None:
            raise Invalid(_("Enter the weight: of all together, or of one piece."), field="weight")
        weight_grams = quantity * usual_grams
    check_weight(weight_grams)
    return Amount(weight_grams, quantity)


def wanted_amount(unit: str, available: Amount, *, units: int | None, grams: int | None) -> Amount:
    """How much leaves `available`: `units`, or `grams` of what is weighed, or with neither all of it.

    Units take their share of the weight. The result may be more than is there; only then are its units (or the grams
    of what is weighed) too many. Raises Invalid for `quantity`.
    """
    if units is None and grams is None:
        return available
    if is_weighed(unit):
        wanted = grams if grams is not None else (units or 0) * UNIT_GRAMS[LotUnit(unit)]
        if not 1 <= wanted <= MAX_WEIGHT_GRAMS:
            raise Invalid(_("Enter a weight from 0.001 to 1,000,000 kg."), field="quantity")
        return Amount(wanted)
    if units is None:
        raise Invalid(_("This lot is counted: enter how many, not how heavy."), field="quantity")
    if units < 1:
        raise Invalid(_("Enter a quantity of at least 1."), field="quantity")
    return part_of(available, units) if units <= available.units else Amount(0, units)


def losses(inputs: Sequence[Amount], *, grams: int, units: int) -> list[Amount]:
    """What each of `inputs` loses when `grams` and `units` are lost in all: each in proportion to its share."""
    lost_grams = shared_out(grams, [amount.grams for amount in inputs])
    counted = [amount.units for amount in inputs]
    lost_units = shared_out(units, counted) if units else [0] * len(counted)
    return [Amount(*lost) for lost in zip(lost_grams, lost_units, strict=True)]


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
