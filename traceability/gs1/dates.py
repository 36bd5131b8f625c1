"""Dates in element strings: six digits YYMMDD (GS1 General Specifications, sections 3.4 and 7.12)."""

import calendar
import datetime as dt

from traceability.gs1.errors import DateError, N_


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
