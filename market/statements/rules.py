"""Decisions about statements, without I/O."""

from datetime import date, timedelta
from typing import Final

from flask_babel import LazyString

from core.i18n import lazy_gettext as _l

EARLIEST_DAY: Final = date(2020, 1, 1)
LONGEST: Final = timedelta(days=366)
_LATEST_DAY: Final = date.max - LONGEST
"""The calendar has a last day for every statement that begins here."""


def fault_of_day(day: date) -> LazyString | None:
    """What is wrong with a day of a statement; None for nothing."""
    return None if EARLIEST_DAY <= day <= _LATEST_DAY else _l("Choose a day since 2020.")


def fault_of_days(first_day: date, last_day: date) -> LazyString | None:
    """What is wrong with these days together: they follow each other, and are a year at most. None for nothing."""
    if last_day < first_day:
        return _l("The last day is before the first one.")
    return _l("Choose a year at most.") if last_day - first_day > LONGEST else None
