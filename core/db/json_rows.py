"""Several lists in one query: the rows of a statement as one value."""

from typing import Any

from sqlalchemy import JSON, ColumnElement, Select, func, literal_column, select


def as_json(statement: Select[*tuple[Any, ...]], name: str) -> ColumnElement[Any]:
    """The rows of `statement` as one JSON list of objects, in their order, or None when there are none."""
    rows = statement.subquery(name)
    return select(func.json_agg(literal_column(name), type_=JSON)).select_from(rows).scalar_subquery().label(name)
