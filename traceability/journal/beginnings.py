"""Texts that begin like a pattern, found by an ordinary index where the database sorts by code point."""

from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, SQLColumnExpression, Text, and_, bindparam, text

from core.db import read_value

_LAST: Final = "\U0010ffff"
_COLLATION: Final = text("SELECT datcollate FROM pg_database WHERE datname = current_database()")
_BY_CODE_POINT: Final = ("C", "POSIX", "C.UTF-8", "C.utf8")


def like_beginning(beginning: str) -> str:
    """`beginning` with the signs that LIKE gives a meaning taken literally."""
    return beginning.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def fits(column: SQLColumnExpression[Any], name: str) -> ColumnElement[bool]:
    """Whether the column fits the LIKE pattern whose parameters are `pattern_parameters(name, …)`.

    An index of the column's own order serves a pattern only in the C locale itself, so where the database sorts by
    code point the pattern's beginning is also given as a range. Elsewhere the range would be wrong, and is left out.
    """
    like = column.like(bindparam(name, type_=Text), escape="\\")
    if not _sorts_by_code_point():
        return like
    return and_(column >= bindparam(f"{name}_from", type_=Text), column < bindparam(f"{name}_to", type_=Text), like)


def pattern_parameters(name: str, pattern: str) -> dict[str, str]:
    """The parameters of `fits`; a pattern has its first sign with a meaning after its beginning."""
    beginning = pattern.replace("\\_", "\x01").split("%", 1)[0].split("_", 1)[0].replace("\x01", "_")
    return {name: pattern, f"{name}_from": beginning, f"{name}_to": beginning + _LAST}


@lru_cache(maxsize=1)
def _sorts_by_code_point() -> bool:
    return read_value(_COLLATION, {}) in _BY_CODE_POINT
