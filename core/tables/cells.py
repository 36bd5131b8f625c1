"""What stands in a cell as the number, date or text that a column asks for.

A CSV file holds texts only, so the column decides how they are read, by the habits of Vietnamese spreadsheets: day
before month, a comma before decimals, points between thousands. What could mean two things is refused, not guessed.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from core.i18n import gettext as _

Cell = str | int | Decimal | bool | date | datetime | None

_ISO_DATE: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?", re.ASCII)
_LOCAL_DATE: Final = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?: \d{1,2}:\d{2}(?::\d{2})?)?", re.ASCII)
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?\d{1,18}(?:[.,]\d{1,12})?", re.ASCII)
_BOTH: Final = re.compile(r"[+-]?\d{1,3}(?:([.,])\d{3})+(?!\1)[.,]\d{1,12}", re.ASCII)
_MOST_DIGITS: Final = 18


class CellError(ValueError):
    """A cell that does not hold what its column asks for; the message says what to write instead."""


def read_text(cell: Cell) -> str | None:
    """The cell as one text; a number without the ".0" that spreadsheets add, a date as day/month/year."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def read_whole_number(cell: Cell) -> int | None:
    """The cell as a whole number; "1.500" and "1,500" are fifteen hundred. Raises CellError."""
    number = _number(cell, thousands=True)
    if number is None:
        return None
    if number != number.to_integral_value():
        raise CellError(_("Enter a whole number."))
    return int(number)


def read_decimal(cell: Cell) -> Decimal | None:
    """The cell as a number with decimals; "2,5" and "2.5" are the same. Raises CellError.

    "1.500" as a text is refused: to some it is fifteen hundred, to others one and a half.
    """
    return _number(cell, thousands=False)


def read_date(cell: Cell) -> date | None:
    """The cell as a date, day before month unless the year comes first. Raises CellError."""
    if cell is None:
        return None
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = cell if isinstance(cell, str) else ""
    try:
        if found := _ISO_DATE.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _LOCAL_DATE.fullmatch(text):
            year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
            return date(year, int(found[2]), int(found[1]))
    except ValueError:
        raise CellError(_("There is no such day. Enter day/month/year, for example 15/09/2026.")) from None
    raise CellError(_("Enter a date as day/month/year, for example 15/09/2026."))


def _number(cell: Cell, *, thousands: bool) -> Decimal | None:
    if cell is None:
        return None
    if isinstance(cell, bool) or not isinstance(cell, str | int | Decimal):
        raise CellError(_("Enter a number."))
    if isinstance(cell, int | Decimal):
        return _sized(Decimal(cell))
    text = cell.replace(" ", "").replace("−", "-")
    if _BOTH.fullmatch(text):
        mark = max(text.rfind("."), text.rfind(","))
        whole = text[:mark].replace(".", "").replace(",", "")
        return _sized(Decimal(f"{whole}.{text[mark + 1 :]}"))
    if _GROUPED.fullmatch(text):
        bare = text.lstrip("+-")
        several = bare.count(".") + bare.count(",") > 1
        if thousands or several:
            return _sized(Decimal(text.replace(".", "").replace(",", "")))
        if not bare.startswith("0"):
            raise CellError(_("“%(text)s” can mean two numbers. Write 1500 or 1,5.", text=cell))
    if _DECIMAL.fullmatch(text):
        return _sized(Decimal(text.replace(",", ".")))
    raise CellError(_("Enter a number without its unit, for example 12 or 2,5."))


def _sized(number: Decimal) -> Decimal:
    """The number, if it is one that a column can hold."""
    if not number.is_finite() or number.adjusted() >= _MOST_DIGITS:
        raise CellError(_("This number is too large."))
    return number
