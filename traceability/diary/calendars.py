"""Growing calendars: what is done to a crop in which month, as typed data read once from `growing_calendars.json`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from core.i18n import fold

HARVEST: Final = "harvest"
FERTILISING: Final = "fertilizing"
SPRAYING: Final = frozenset(("pesticide_spraying", "biopesticide_spraying", "herbicide_spraying"))
"""Activities that cannot be done without a plant-protection product."""
_SHORTEST_NAME: Final = 6
"""Letters of a usual name below which labels contain it by chance."""


@dataclass(frozen=True, slots=True)
class Activity:
    """Something that is done on a farm. `category` groups activities, for example "harvest" or "fertilizing"."""

    code: str
    name_vi: str
    name_en: str
    category: str

    def name(self, locale: str) -> str:
        """What it is called in `locale`."""
        return self.name_en if locale == "en" else self.name_vi

    @property
    def is_harvest(self) -> bool:
        """Whether something is taken from the plot to be sold or eaten."""
        return self.category == HARVEST

    @property
    def is_spraying(self) -> bool:
        """Whether it needs a plant-protection product."""
        return self.code in SPRAYING


@dataclass(frozen=True, slots=True)
class FarmInput:
    """A usual fertiliser, feed or material; `unit` is the base unit it is counted in.

    `harvest_interval_days` are the days between its last use and the harvest that a careful farmer keeps.
    """

    code: str
    name_vi: str
    name_en: str
    category: str
    unit: str
    harvest_interval_days: int

    def name(self, locale: str) -> str:
        """What it is called in `locale`."""
        return self.name_en if locale == "en" else self.name_vi


@dataclass(frozen=True, slots=True)
class PlannedActivity:
    """An activity of one month: how often (0 = if needed), with which inputs and active ingredients, by code."""

    activity: str
    at_least: int
    at_most: int
    inputs: tuple[str, ...]
    ingredients: tuple[str, ...]
    pests: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class GrowingCalendar:
    """A crop's year. `plant_protection_crop` is the crop in lists of plant protection; None for bees and deer.

    `harvest_start` and `harvest_end` are (month, day); the window may cross the end of the year.
    """

    code: str
    name_vi: str
    name_en: str
    kind: str
    plant_protection_crop: str | None
    first_harvest_year: int | None
    harvest_start: tuple[int, int]
    harvest_end: tuple[int, int]
    harvest_mode: str
    months: Mapping[int, tuple[PlannedActivity, ...]]

    def name(self, locale: str) -> str:
        """What the crop is called in `locale`."""
        return self.name_en if locale == "en" else self.name_vi

    @property
    def is_annual(self) -> bool:
        """Whether it is sown anew for each harvest, so that it has no trees to count."""
        return self.kind == "annual"

    def in_harvest_window(self, day: date) -> bool:
        """Whether the crop is usually harvested on that day of the year."""
        at = (day.month, day.day)
        if self.harvest_start <= self.harvest_end:
            return self.harvest_start <= at <= self.harvest_end
        return at >= self.harvest_start or at <= self.harvest_end

    @property
    def activity_codes(self) -> frozenset[str]:
        """Everything that is done in some month of the year."""
        return frozenset(planned.activity for plan in self.months.values() for planned in plan)


def activities() -> Mapping[str, Activity]:
    """All activities by code."""
    return _read()[0]


def farm_inputs() -> Mapping[str, FarmInput]:
    """The usual fertilisers, feeds and materials by code."""
    return _read()[1]


def calendars() -> Mapping[str, GrowingCalendar]:
    """All growing calendars by the code of their crop."""
    return _read()[2]


def usual_harvest_interval(trade_name: str) -> int | None:
    """The careful farmer's days before harvest for what is called so on its label; None where nothing usual is named.

    The longest usual name that the label contains decides, in either language.
    """
    label = fold(trade_name)
    found = max((name for name in _intervals_by_name() if name in label), key=len, default=None)
    return None if found is None else _intervals_by_name()[found]


@cache
def _intervals_by_name() -> Mapping[str, int]:
    """Days before harvest by what labels say: folded, without "phân" and what stands in brackets."""
    named = {}
    for usual in farm_inputs().values():
        for name in (usual.name_vi, usual.name_en):
            bare = fold(name.split("(")[0]).removeprefix("phan ").strip()
            if len(bare) >= _SHORTEST_NAME:
                named[bare] = usual.harvest_interval_days
    return named


def find_calendar(crop: str | None) -> GrowingCalendar | None:
    """The calendar of a plot's crop; None for a plot that names none, or one that is not kept any more."""
    return None if crop is None else calendars().get(crop)


@cache
def activities_with_inputs() -> frozenset[str]:
    """Codes of the activities for which some calendar names an input or an active ingredient."""
    plans = (planned for calendar in calendars().values() for plan in calendar.months.values() for planned in plan)
    return frozenset(planned.activity for planned in plans if planned.inputs or planned.ingredients)


@cache
def _read() -> tuple[Mapping[str, Activity], Mapping[str, FarmInput], Mapping[str, GrowingCalendar]]:
    data = json.loads(Path(__file__).with_name("growing_calendars.json").read_text(encoding="utf-8"))
    known = {
        code: Activity(code, entry["vi"], entry["en"], entry["category"]) for code, entry in data["activities"].items()
    }
    inputs = {
        code: FarmInput(
            code,
            entry["vi"],
            entry["en"],
            category=entry["category"],
            unit=entry["unit"],
            harvest_interval_days=entry["harvest_interval_days"],
        )
        for code, entry in data["inputs"].items()
    }
    return known, inputs, {code: _calendar(code, entry) for code, entry in data["calendars"].items()}


def _calendar(code: str, entry: Mapping[str, Any]) -> GrowingCalendar:
    harvest = entry["harvest"]
    return GrowingCalendar(
        code=code,
        name_vi=entry["vi"],
        name_en=entry["en"],
        kind=entry["kind"],
        plant_protection_crop=entry["plant_protection_crop"],
        first_harvest_year=entry["first_harvest_year"],
        harvest_start=_month_and_day(harvest["start"]),
        harvest_end=_month_and_day(harvest["end"]),
        harvest_mode=harvest["mode"],
        months={int(month): tuple(map(_planned, plan)) for month, plan in entry["months"].items()},
    )


def _planned(entry: Mapping[str, Any]) -> PlannedActivity:
    return PlannedActivity(
        activity=entry["activity"],
        at_least=entry["times"][0],
        at_most=entry["times"][1],
        inputs=tuple(entry["inputs"]),
        ingredients=tuple(entry["ingredients"]),
        pests=tuple(entry["pests"]),
        note=entry["note"],
    )


def _month_and_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)
