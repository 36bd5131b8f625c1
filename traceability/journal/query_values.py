"""Values of query parameters, read from text."""

import math
import re
from datetime import datetime
from typing import Final

from core.i18n import gettext as _
from traceability.journal.errors import QueryParameterError
from traceability.journal.terms import moment_of

_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,300}(?:\.\d{0,100})?|\.\d{1,100})(?:[eE][+-]?\d{1,3})?", re.ASCII)
_SPACE_FOR_PLUS: Final = re.compile(r"(T[0-9:.]+) (\d{2}:\d{2})", re.ASCII)


def single(name: str, values: tuple[str, ...]) -> str:
    """The one value of a parameter that takes one."""
    if len(values) != 1:
        raise QueryParameterError(name, _("This takes one value."))
    return values[0]


def number_or_none(text: str) -> float | None:
    """The number that a text says, if it is one that can be stored."""
    if _NUMBER.fullmatch(text) is None:
        return None
    found = float(text)
    return found if math.isfinite(found) else None


def number(name: str, text: str) -> float:
    """The number that a value must be."""
    found = number_or_none(text)
    if found is None:
        raise QueryParameterError(name, _("This is a number."))
    return found


def numbers(name: str, values: tuple[str, ...]) -> tuple[float, ...]:
    """The numbers that all values must be."""
    return tuple(number(name, value) for value in values)


def moment(name: str, values: tuple[str, ...]) -> datetime:
    """The time that the one value must be."""
    text = plus(single(name, values))
    found = moment_of(text) if len(text) > 10 else None
    if found is None:
        raise QueryParameterError(name, _("This is a time with its offset from UTC, like 2026-09-15T05:00:00+07:00."))
    return found


def plus(text: str) -> str:
    """A time whose plus sign was not percent-encoded, and so came as a space."""
    return _SPACE_FOR_PLUS.sub(r"\1+\2", text)


def boolean(name: str, values: tuple[str, ...]) -> bool:
    """Whether the one value is true."""
    text = single(name, values)
    if text not in ("true", "false"):
        raise QueryParameterError(name, _("This is true or false."))
    return text == "true"


def flag(name: str, values: tuple[str, ...]) -> bool:
    """Whether an EXISTS parameter asks for anything: it may come without a value, as a number, or as a boolean."""
    text = single(name, values)
    if text not in ("", "true", "false", "1", "0", "null"):
        raise QueryParameterError(name, _("This is true or false."))
    return text not in ("false", "0")
