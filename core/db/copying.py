"""Rows into PostgreSQL by COPY, on the session's own connection and so in its transaction."""

import json
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, cast

import psycopg
from psycopg import sql

from core.db.extension import db

_CHUNK = 500


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write `rows`, the values of `columns` in their order, into `table`; returns how many.

    Constraints, indexes and triggers all apply; what they refuse is raised as psycopg raises it. Values are texts,
    numbers, moments, ids, lists of texts, or objects for JSON columns; JSON that is written already goes as text.
    """
    connection = cast(
        "psycopg.Connection[tuple[Any, ...]]",
        db.session.connection().connection.driver_connection,
    )
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
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
    if "\\" in value:
        value = value.replace("\\", r"\\")
    if value.isprintable():
        return value
    return value.replace("\n", r"\n").replace("\t", r"\t").replace("\r", r"\r")


def _array(value: list[str]) -> str:
    if not value:
        return "{}"
    content = '","'.join(value)
    if "\\" in content or content.count('"') > 2 * len(value) - 2:
        content = '","'.join([entry.replace("\\", r"\\").replace('"', r"\"") for entry in value])
    return _text(f'{{"{content}"}}')


def _json(value: dict[str, Any]) -> str:
    return _text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: _text,
    int: str,
    float: repr,
    bool: lambda value: "t" if value else "f",
    type(None): lambda _: r"\N",
    uuid.UUID: str,
    datetime: datetime.isoformat,
    date: date.isoformat,
    list: _array,
    dict: _json,
}
