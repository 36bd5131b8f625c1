"""Statements that are run again and again: their constants written into the SQL, so that only what varies is bound."""

from typing import Any, cast

from sqlalchemy import ARRAY, BindParameter, ColumnElement, Select, literal_column
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.visitors import replacement_traverse

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # the library gives it no types


def settled(statement: Select[Any]) -> Select[Any]:
    """`statement` with every value that stands in it already as a literal of SQL.

    Only for statements whose values are the code's own: what a caller gives must be a bound parameter without a value,
    and stays one. The server then knows the constants when it plans, and the driver has fewer parameters to send.
    """
    return cast(Select[Any], replacement_traverse(statement, {}, _literal))


def _literal(element: Any, **_unused: Any) -> ColumnElement[Any] | None:
    if not isinstance(element, BindParameter) or element.required:
        return None
    if isinstance(element.type, ARRAY):
        return None if element.value else sql_cast(literal_column("'{}'"), element.type)
    write = element.type.literal_processor(_DIALECT)
    if write is None:
        return None
    value: Any = element.value
    written = f"({', '.join(map(write, value))})" if element.expanding else write(value)
    return literal_column(written, element.type)
