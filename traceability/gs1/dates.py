"""Dates in element strings: six digits YYMMDD (GS1 General Specifications, sections 3.4 and 7.12)."""

import calendar
import datetime as dt
from typing import Final

from traceability.gs1.errors import N_, DateError

_DAYS_OF_MONTH: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ORDINARY_DAYS: Final = frozenset(
    f"{month:02}{day:02}" for month, days in enumerate(_DAYS_OF_MONTH, 1) for day in range(1, days + 1)
) - {"0229"}
"""Month and day of all days that every year has: no more need be asked about them."""


def full_year(two_digits: int, *, today: dt.date) -> int:
    """The year meant by ``two_digits``: from 49 years back to 50 years ahead of ``today`` (section 7.12)."""
    difference = two_digits - today.year % 100
    century = today.year - today.year % 100
    if difference >= 51:
        century -= 100
    elif difference <= -50:
        century += 100
    return century + two_digits


def parse_date(text: str, *, today: dt.date | None = None) -> dt.date:
    """The date written as ``text``, six digits YYMMDD; day 00 means the last day of the month.

    ``today`` decides the century and defaults to the current date. Raises :class:`DateError`.
    """
    if len(text) != 6 or not (text.isascii() and text.isdigit()):
        raise DateError(N_("A date has six digits: year, month and day (YYMMDD)."), value=text)
    year = full_year(int(text[:2]), today=today or dt.datetime.now(dt.UTC).date())
    month, day = int(text[2:4]), int(text[4:])
    if not 1 <= month <= 12:
        raise DateError(N_("There is no month %(month)s."), {"month": text[2:4]}, value=text, position=2)
    last_day = calendar.monthrange(year, month)[1]
    if day > last_day:
        raise DateError(N_("That month has no day %(day)s."), {"day": text[4:]}, value=text, position=4)
    return dt.date(year, month, day or last_day)


def format_date(date: dt.date) -> str:
    """``date`` as six digits YYMMDD."""
    return date.strftime("%y%m%d")


def check_day(text: str, offset: int = 0, *, day_may_be_zero: bool = False) -> None:
    """Raise unless the last six digits of ``text`` are a day YYMMDD; 29 February needs a leap year.

    Two-digit years lie between 1950 and 2099 or so, where every fourth year is a leap year.
    """
    if text[-4:] in _ORDINARY_DAYS:
        return
    year, month, day = int(text[:-4]), int(text[-4:-2]), int(text[-2:])
    if not 1 <= month <= 12:
        raise DateError(N_("There is no month %(month)s."), {"month": text[-4:-2]}, position=offset + len(text) - 4)
    last = _DAYS_OF_MONTH[month - 1]
    leap = year % 4 == 0 and (len(text) == 6 or year % 100 != 0 or year % 400 == 0)
    if month == 2 and not leap:
        last = 28
    if day > last or (day == 0 and not day_may_be_zero):
        raise DateError(N_("That month has no day %(day)s."), {"day": text[-2:]}, position=offset + len(text) - 2)


def check_day_or_month(text: str) -> None:
    """As :func:`check_day`, but day 00 may stand for the whole month."""
    if text[-4:] not in _ORDINARY_DAYS:
        check_day(text, day_may_be_zero=True)
