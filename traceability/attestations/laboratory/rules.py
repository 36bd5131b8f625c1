"""Decisions about laboratory results, without any I/O."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from core.errors import Invalid
from core.i18n import gettext as _
from traceability.attestations.laboratory.models import AnalyteVerdict

OLDEST_SAMPLE: Final = timedelta(days=3 * 366)
LARGEST_VALUE: Final = Decimal(10**8) - Decimal("0.000001")
MOST_ANALYTES: Final = 200
UNITS: Final = ("mg/kg", "µg/kg", "g/kg", "CFU/g", "MPN/g", "/25 g", "%", "Bq/kg")


@dataclass(frozen=True)
class Measured:
    """A value as a report writes it: `is_below` for "less than"."""

    value: Decimal
    is_below: bool = False


def read_measured(text: str) -> Measured:
    """The value in "0,03", "0.03", "< 0.01", "ND" or "KPH" (not detected: less than nothing measurable).

    Raises ValueError for anything else, for numbers below zero and for those with more than six decimals.
    """
    bare = text.strip()
    if bare.upper() in ("ND", "KPH", "N.D."):
        return Measured(Decimal(0), is_below=True)
    is_below = bare.startswith("<")
    return Measured(read_amount(bare.removeprefix("<")), is_below)


def read_amount(text: str) -> Decimal:
    """A number of zero or more with a point or a comma before its decimals. Raises ValueError."""
    bare = text.strip().replace(",", ".")
    if not bare.isascii() or not bare.replace(".", "", 1).isdigit():
        raise ValueError(text)
    try:
        amount = Decimal(bare)
    except InvalidOperation:
        raise ValueError(text) from None
    exponent = amount.as_tuple().exponent
    if amount > LARGEST_VALUE or not isinstance(exponent, int) or exponent < -6:
        raise ValueError(text)
    return amount


def verdict_of(measured: Measured, limit: Decimal | None) -> AnalyteVerdict:
    """How the value compares with the limit.

    "Less than 0.05" against a limit of 0.01 says nothing: the method was not fine enough.
    """
    if limit is None:
        return AnalyteVerdict.NO_LIMIT
    if measured.value <= limit:
        return AnalyteVerdict.WITHIN
    return AnalyteVerdict.UNCLEAR if measured.is_below else AnalyteVerdict.ABOVE


def check_days(sampled_on: date, reported_on: date, *, today: date) -> None:
    """Sampled in the past three years, reported not before that nor in the future; raises Invalid, naming the field."""
    if sampled_on > today:
        raise Invalid(_("The day of sampling lies in the future."), field="sampled_on")
    if sampled_on < today - OLDEST_SAMPLE:
        raise Invalid(_("The day of sampling is more than three years ago."), field="sampled_on")
    if reported_on < sampled_on:
        raise Invalid(_("The report cannot be older than the sample."), field="reported_on")
    if reported_on > today:
        raise Invalid(_("The day of the report lies in the future."), field="reported_on")
