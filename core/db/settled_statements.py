"""Statements that are run again and again: written out once, so that only what varies is left to do.

The constants stand in the SQL, so the server knows them when it plans and the driver has fewer parameters to send; and
nothing looks at the parts of the statement anymore.
"""

from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ClauseElement,
    ColumnElement,
    Select,
    Table,
    TextClause,
    UpdateBase,
    bindparam,
    literal_column,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.dialects.postgresql.psycopg import dialect
from sqlalchemy.sql.visitors import replacement_traverse

DIALECT: Final = dialect()  # type: ignore[no-untyped-call]  # the library gives it no types


@dataclass(frozen=True, slots=True)
class SettledStatement:
    """A statement as the driver takes it, with parameters by name."""

    sql: str


def settled(statement: Select[*tuple[Any, ...]] | TextClause | UpdateBase) -> SettledStatement:
    """`statement` with every value that stands in it already as a literal of SQL.

    Only for statements whose values are the code's own: what a caller gives must be a bound parameter without a value,
    and stays one. Its values and the result are what the driver makes of them: of the types of PostgreSQL.
    """
    written = cast(ClauseElement, replacement_traverse(statement, {}, _literal))
    return SettledStatement(str(written.compile(dialect=DIALECT)))


def insertion(model: Any, *columns: str) -> Insert:
    """To add a row to a table, or that of a model, with these columns as parameters; with all unless some are named."""
    table: Table = getattr(model, "__table__", model)
    return insert(table).values({name: bindparam(name) for name in columns or table.columns.keys()})


def _literal(element: Any, **_unused: Any) -> ColumnElement[Any] | None:
    if not isinstance(element, BindParameter) or element.required:
        return None
    if isinstance(element.type, ARRAY):
        return None if element.value else sql_cast(literal_column("'{}'"), element.type)
    write = element.type.literal_processor(DIALECT)
    if write is None:
        return None
    value: Any = element.value
    written = f"({', '.join(map(write, value))})" if element.expanding else write(value)
    return literal_column(written, element.type)
