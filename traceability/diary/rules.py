"""Decisions about plots and entries, without any I/O."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from core.errors import Invalid
from core.i18n import gettext as _
from traceability.diary.amounts import LARGEST
from traceability.diary.calendars import activities, find_calendar
from traceability.diary.entry_models import Weather
from traceability.diary.errors import (
    AmountImpossible,
    Doubt,
    HarvestBeforePlanting,
    InTheFuture,
    TooLongAgo,
)
from traceability.diary.store_models import AmountUnit

MAX_AREA_M2: Final = 100_000_000
MAX_TREES: Final = 10_000_000
MAX_PHOTOS: Final = 6
EARLIEST_PLANTING: Final = 1900
OLDEST_ENTRY: Final = timedelta(days=2 * 365 + 1)
SQUARE_METRES_OF_A_HECTARE: Final = 10_000
FAR_ABOVE: Final = 2
"""How many times the highest usual dose has to be confirmed."""
LARGEST_YIELDS_PER_HECTARE: Final = {AmountUnit.GRAM: 100_000_000, AmountUnit.PIECE: 500_000}
"""100 tonnes a hectare at one harvest: twice what the best vegetable fields give. Or 50 pieces from a square metre."""


@dataclass(frozen=True, slots=True)
class InputAmount:
    """So much of one batch in the store: `amount` in base units, `dose` as the label says it."""

    receipt_id: uuid.UUID
    amount: int
    unit: AmountUnit
    dose: str | None = None


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What a person writes down of an activity. Areas in square metres, amounts in base units, `done_at` aware."""

    activity: str
    done_on: date
    done_at: datetime | None = None
    operator_id: uuid.UUID | None = None
    area_m2: int | None = None
    amount: int | None = None
    unit: AmountUnit | None = None
    weather: Weather | None = None
    target_pest: str | None = None
    equipment_id: uuid.UUID | None = None
    note: str | None = None
    photo_keys: tuple[str, ...] = ()
    inputs: tuple[InputAmount, ...] = ()


def check_area(area_m2: int) -> None:
    """Between one square metre and a hundred square kilometres; raises Invalid for `area_m2`."""
    if not 1 <= area_m2 <= MAX_AREA_M2:
        raise Invalid(_("Enter an area from 1 to 100,000,000 square metres."), field="area_m2")


def coarse_place(latitude: float | None, longitude: float | None) -> tuple[float | None, float | None]:
    """The coordinates to three decimals (about 100 m), because they are public; both or neither.

    Raises Invalid for `latitude` or `longitude`.
    """
    if latitude is None and longitude is None:
        return None, None
    if latitude is None:
        raise Invalid(_("Enter the latitude too, or leave both empty."), field="latitude")
    if longitude is None:
        raise Invalid(_("Enter the longitude too, or leave both empty."), field="longitude")
    if not -90 <= latitude <= 90:
        raise Invalid(_("A latitude lies between -90 and 90."), field="latitude")
    if not -180 <= longitude <= 180:
        raise Invalid(_("A longitude lies between -180 and 180."), field="longitude")
    return round(latitude, 3), round(longitude, 3)


def check_planting(
    planting_year: int | None,
    tree_count: int | None,
    *,
    crop: str | None,
    today: date,
    planted_on: date | None = None,
) -> None:
    """What grows on a plot; raises Invalid for `crop`, `planting_year`, `planted_on` or `tree_count`."""
    calendar = find_calendar(crop)
    if crop is not None and calendar is None:
        raise Invalid(_("Choose a crop from the list."), field="crop")
    # The day first: a year may have been taken from it, and then nobody typed one.
    if planted_on is not None and planted_on > today:
        raise InTheFuture(field="planted_on")
    if planting_year is not None and not EARLIEST_PLANTING <= planting_year <= today.year:
        raise Invalid(_("Enter the year of planting, not later than this year."), field="planting_year")
    if planted_on is not None and planted_on.year != planting_year:
        raise Invalid(_("The day lies in another year than the year of planting. Check both."), field="planted_on")
    if tree_count is not None and not 1 <= tree_count <= MAX_TREES:
        raise Invalid(_("Enter how many trees stand there, from 1 to 10,000,000."), field="tree_count")
    if tree_count is not None and calendar is not None and calendar.is_annual:
        raise Invalid(_("This crop is sown each season: leave the number of trees empty."), field="tree_count")


def check_day(day: date, *, today: date, field: str = "done_on") -> None:
    """What is written down was done, and not more than two years ago. Raises InTheFuture or TooLongAgo."""
    if day > today:
        raise InTheFuture(field=field)
    if day < today - OLDEST_ENTRY:
        raise TooLongAgo(field=field)


def check_planted(
    day: date,
    *,
    plot_name: str,
    planting_year: int | None,
    planted_on: date | None = None,
    field: str = "harvested_on",
) -> None:
    """Nothing is harvested before it is planted: by the day where it is known, else by the year.

    Raises HarvestBeforePlanting.
    """
    if planted_on is not None and day < planted_on:
        raise HarvestBeforePlanting(plot_name=plot_name, planted=planted_on, field=field)
    if planting_year is not None and day.year < planting_year:
        raise HarvestBeforePlanting(plot_name=plot_name, planted=planting_year, field=field)


def check_facts(facts: EntryFacts) -> None:
    """That the parts of an entry go together. Raises Invalid, AmountImpossible for the part that does not."""
    activity = activities().get(facts.activity)
    if activity is None:
        raise Invalid(_("Choose an activity from the list."), field="activity")
    if facts.area_m2 is not None and not 1 <= facts.area_m2 <= MAX_AREA_M2:
        raise Invalid(_("Enter an area from 1 to 100,000,000 square metres."), field="area_m2")
    if facts.amount is not None and not 0 < facts.amount <= LARGEST:
        raise AmountImpossible(field="amount")
    if (facts.amount is None) != (facts.unit is None):
        raise Invalid(_("Enter the amount together with its unit."), field="amount")
    if activity.is_harvest and facts.amount is None:
        raise Invalid(_("Enter how much was harvested."), field="amount")
    if activity.is_spraying and not facts.inputs:
        raise Invalid(_("Choose what was sprayed. It has to be in the store first."), field="inputs")
    if any(not 0 < use.amount <= LARGEST for use in facts.inputs):
        raise AmountImpossible(field="inputs")
    if len({use.receipt_id for use in facts.inputs}) < len(facts.inputs):
        raise Invalid(_("A batch is named twice. Enter it once, with the whole amount."), field="inputs")
    if len(facts.photo_keys) > MAX_PHOTOS:
        raise Invalid(_("At most %(count)s photos go with one entry.", count=MAX_PHOTOS), field="photos")


def doubts_about_dose(
    *, name: str, amount: int, area_m2: int, content: float | None, dose_max: float, dose_unit: str
) -> list[Doubt]:
    """Whether `amount` (grams or millilitres) of a product on so many square metres is far above the usual range.

    `dose_unit` is the list's: g_ai/ha counts grams of the active ingredient, of which the product holds `content`
    grams a kilogram or litre; without that nothing can be said. Units that are not by area say nothing either.
    """
    per_hectare = amount / 1000 * SQUARE_METRES_OF_A_HECTARE / area_m2
    if dose_unit == "g_ai/ha":
        if content is None:
            return []
        per_hectare *= content
    elif dose_unit not in ("kg_product/ha", "L_product/ha"):
        return []
    if per_hectare <= dose_max * FAR_ABOVE:
        return []
    times = per_hectare / dose_max
    return [
        Doubt(
            "dose",
            _(
                "The dose of %(name)s is %(times)s times the highest usual one. Check the amount and the area.",
                name=name,
                times=f"{times:.0f}",
            ),
        )
    ]


def doubts_about_sizes(facts: EntryFacts, *, plot_area_m2: int) -> list[Doubt]:
    """Whether more land was worked than the plot has, or more harvested from it than such land gives."""
    doubts = []
    if facts.area_m2 is not None and facts.area_m2 > plot_area_m2:
        doubts.append(Doubt("area", _("The area is larger than the plot. Check it.")))
    activity = activities()[facts.activity]
    largest = LARGEST_YIELDS_PER_HECTARE.get(facts.unit) if activity.is_harvest and facts.unit else None
    by_hectare = (facts.amount or 0) * SQUARE_METRES_OF_A_HECTARE / plot_area_m2
    if largest is not None and by_hectare > largest:
        doubts.append(Doubt("yield", _("That is far more than such a plot usually gives. Check the amount.")))
    return doubts
