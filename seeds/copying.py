"""Rows into PostgreSQL by COPY, on the session's own connection and so in its transaction."""

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, TypeVar, cast

import psycopg
from psycopg import sql

from core.db import db
from seeds.rows import TABLES

_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_CHUNK = 2000


Row = TypeVar("Row", bound=tuple[Any, ...])


def copy_rows(row_type: type[Row], rows: Iterable[Row]) -> int:
    """Write `rows` into the table of `row_type`; returns how many. Constraints, indexes and triggers all apply."""
    connection = cast(
        "psycopg.Connection[tuple[Any, ...]]",
        db.session.connection().connection.driver_connection,
    )
    columns: tuple[str, ...] = row_type._fields  # type: ignore[attr-defined]  # every row type is a named tuple
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(TABLES[row_type]), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    count = 0
    lines: list[str] = []
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            lines.append("\t".join([_WRITERS[type(value)](value) for value in row]))
            if len(lines) == _CHUNK:
                copy.write("\n".join(lines) + "\n")
                count += _CHUNK
                lines.clear()
        if lines:
            copy.write("\n".join(lines) + "\n")
    return count + len(lines)


def _text(value: str) -> str:
    return value.translate(_ESCAPES) if "\\" in value or not value.isprintable() else value


def _array(value: list[str]) -> str:
    quoted = ('"' + entry.replace("\\", r"\\").replace('"', r"\"") + '"' for entry in value)
    return _text("{" + ",".join(quoted) + "}")


def _json(value: dict[str, Any]) -> str:
    return _text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: _text,
    int: str,
    float: repr,
    bool: lambda value: "t" if value else "f",
    type(None): lambda _: r"\N",
    datetime: datetime.isoformat,
    date: date.isoformat,
    list: _array,
    dict: _json,
}
