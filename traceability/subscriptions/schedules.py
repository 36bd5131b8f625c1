"""When a scheduled subscription is due (EPCIS 2.0 §8.2.5.3, QuerySchedule). Times are in UTC.

A field is a comma-separated list of numbers and ranges, a range being two numbers in brackets: `0,15,[30-45]`. A time
matches when it matches every field that is given. The standard leaves it to the service how finely it keeps to a
schedule: here a schedule that says nothing of seconds is due once in each minute that it matches, not 60 times.
"""

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from traceability.gs1.errors import N_

LONGEST_FIELD: Final = 400
RANGES: Final = {
    "second": (0, 59),
    "minute": (0, 59),
    "hour": (0, 23),
    "dayOfMonth": (1, 31),
    "month": (1, 12),
    "dayOfWeek": (1, 7),
}
"""The fields of a schedule and what their numbers may be; day 1 of the week is Monday."""

_ELEMENT: Final = re.compile(r"([0-9]{1,4})|\[([0-9]{1,4})-([0-9]{1,4})\]", re.ASCII)
_LEAP_YEAR: Final = 2024
_DAYS_TO_LOOK_AHEAD: Final = 366 * 41
"""A 29 February on a certain day of the week comes at the latest after 40 years, around a year like 2100."""


class ScheduleError(ValueError):
    """A schedule that makes no sense; `field` is the member that is wrong, or None when the whole is."""

    def __init__(self, field: str | None, message_id: str, params: Mapping[str, str] | None = None) -> None:
        self.field = field
        self.message_id = message_id
        self.params = dict(params or {})
        super().__init__(f"{field or 'schedule'}: {message_id % self.params if self.params else message_id}")


@dataclass(frozen=True, slots=True)
class QuerySchedule:
    """The numbers that each part of the time may have."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days_of_month: frozenset[int]
    months: frozenset[int]
    days_of_week: frozenset[int]

    def next_after(self, moment: datetime) -> datetime:
        """The first time after `moment` (aware) that matches, to the second, in UTC."""
        earliest = moment.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        at = self._first_time_of_day(earliest.time()) if self._matches_day(earliest) else None
        if at is not None:
            return datetime.combine(earliest.date(), at, UTC)
        first = time(self.hours[0], self.minutes[0], self.seconds[0])
        for days in range(1, _DAYS_TO_LOOK_AHEAD):
            day = earliest + timedelta(days=days)
            if self._matches_day(day):
                return datetime.combine(day.date(), first, UTC)
        raise ScheduleError(None, N_("No date ever matches this schedule."))

    def _matches_day(self, day: datetime) -> bool:
        return day.month in self.months and day.day in self.days_of_month and day.isoweekday() in self.days_of_week

    def _first_time_of_day(self, earliest: time) -> time | None:
        """The first matching time of day that is not before `earliest`."""
        for hour in self.hours:
            if hour < earliest.hour:
                continue
            for minute in self.minutes:
                if (hour, minute) < (earliest.hour, earliest.minute):
                    continue
                for second in self.seconds:
                    if (hour, minute, second) >= (earliest.hour, earliest.minute, earliest.second):
                        return time(hour, minute, second)
        return None


def parse_schedule(fields: Mapping[str, object]) -> QuerySchedule:
    """The schedule that `fields` say, by their names in the standard. Raises ScheduleError."""
    for name in fields:
        if name not in RANGES:
            raise ScheduleError(name, N_("A schedule has no such field."))
    if not fields:
        raise ScheduleError(
            None, N_("A schedule names at least one of second, minute, hour, dayOfMonth, month, dayOfWeek.")
        )
    parsed = {name: _numbers(name, fields[name]) for name in RANGES if name in fields}
    every = {name: frozenset(range(lowest, highest + 1)) for name, (lowest, highest) in RANGES.items()}
    schedule = QuerySchedule(
        seconds=tuple(sorted(parsed.get("second", {0}))),
        minutes=tuple(sorted(parsed.get("minute", every["minute"]))),
        hours=tuple(sorted(parsed.get("hour", every["hour"]))),
        days_of_month=parsed.get("dayOfMonth", every["dayOfMonth"]),
        months=parsed.get("month", every["month"]),
        days_of_week=parsed.get("dayOfWeek", every["dayOfWeek"]),
    )
    # Every day of a leap year falls on every day of the week sooner or later.
    if min(schedule.days_of_month) > max(calendar.monthrange(_LEAP_YEAR, month)[1] for month in schedule.months):
        raise ScheduleError(None, N_("No date ever matches this schedule."))
    return schedule


def _numbers(name: str, text: object) -> frozenset[int]:
    if not isinstance(text, str) or len(text) > LONGEST_FIELD:
        raise ScheduleError(name, N_('Give numbers and ranges as text, for example "0,15,[30-45]".'))
    lowest, highest = RANGES[name]
    found: set[int] = set()
    for element in text.split(","):
        match = _ELEMENT.fullmatch(element)
        if match is None:
            raise ScheduleError(name, N_('Give numbers and ranges as text, for example "0,15,[30-45]".'))
        first, last = int(match[1] or match[2]), int(match[1] or match[3])
        if not lowest <= first <= highest or not lowest <= last <= highest:
            limits = {"lowest": str(lowest), "highest": str(highest)}
            raise ScheduleError(name, N_("The numbers go from %(lowest)s to %(highest)s."), limits)
        if first > last:
            raise ScheduleError(name, N_("A range goes from the smaller number to the larger."))
        found.update(range(first, last + 1))
    return frozenset(found)
