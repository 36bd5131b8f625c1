"""Working days in Vietnam: Monday to Friday without public holidays, which are data in `public_holidays.json`.

A holiday that falls on a weekend is taken on the next working day (Labour Code 2019, article 111), and the government
moves days about; so each year's days are listed. Of a year that is not listed yet the holidays with a fixed date count.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

_DATA: Final = Path(__file__).with_name("public_holidays.json")
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day on which nobody works, by its name."""

    name_vi: str
    name_en: str

    def name(self, locale: str) -> str:
        """What it is called in `locale`."""
        return self.name_en if locale == "en" else self.name_vi


@dataclass(frozen=True, slots=True)
class Holidays:
    """Days off by date, those of every year by month and day, and weekend days that are worked."""

    days_off: Mapping[date, Holiday]
    every_year: Mapping[tuple[int, int], Holiday]
    worked_weekends: frozenset[date]


@cache
def holidays() -> Holidays:
    """The holidays of the file."""
    content = json.loads(_DATA.read_text(encoding="utf-8"))
    return Holidays(
        days_off={date.fromisoformat(row["day"]): Holiday(row["vi"], row["en"]) for row in content["days_off"]},
        every_year={(row["month"], row["day"]): Holiday(row["vi"], row["en"]) for row in content["every_year"]},
        worked_weekends=frozenset(date.fromisoformat(day) for day in content["worked_weekends"]),
    )


def holiday_on(day: date) -> Holiday | None:
    """The public holiday on that day, or the day off in its place."""
    known = holidays()
    return known.days_off.get(day) or known.every_year.get((day.month, day.day))


def is_working_day(day: date) -> bool:
    """Whether offices and packing houses work on that day."""
    if day.weekday() >= _SATURDAY:
        return day in holidays().worked_weekends
    return holiday_on(day) is None


def after_working_days(day: date, count: int) -> date:
    """The day on which so many working days after `day` have come; `day` itself does not count."""
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def holidays_between(first: date, last: date) -> list[Holiday]:
    """The holidays that fell on what would be working days from first to last, each name once."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    found = (holiday_on(day) for day in days if day.weekday() < _SATURDAY)
    return list(dict.fromkeys(holiday for holiday in found if holiday))
