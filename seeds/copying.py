"""The seeds' rows into their tables."""

from collections.abc import Iterable
from typing import Any, TypeVar

from core.db import copying
from seeds.rows import TABLES

Row = TypeVar("Row", bound=tuple[Any, ...])


def copy_rows(row_type: type[Row], rows: Iterable[Row]) -> int:
    """Write `rows` by COPY into the table of `row_type`; returns how many."""
    columns: tuple[str, ...] = row_type._fields  # type: ignore[attr-defined]  # every row type is a named tuple
    return copying.copy_rows(TABLES[row_type], columns, rows)
