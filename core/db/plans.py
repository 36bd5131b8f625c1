"""How the rows of a model are written: columns by attribute, and statements, each made once."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Final, cast

from sqlalchemy import Column, ColumnDefault, Table, bindparam, insert, update
from sqlalchemy import inspect as sa_inspect
from sqlalchemy.orm import Mapper

from core.db.extension import Base
from core.db.settled_statements import DIALECT

KEY_PREFIX: Final = "key_"
"""What stands before the parameters that name the row of an update."""

Writer = Callable[[Any], Any]


class Plan:
    """The columns of one table by attribute, its primary key, and the statements that write its rows."""

    def __init__(self, mapper: Mapper[Any]) -> None:
        self.table = cast(Table, mapper.local_table)
        self.columns: dict[str, Column[Any]] = {
            attribute.key: cast("Column[Any]", attribute.columns[0]) for attribute in mapper.column_attrs
        }
        self.primary_key = [cast("Column[Any]", column) for column in mapper.primary_key]
        self.primary_key_attributes = [mapper.get_property_by_column(column).key for column in self.primary_key]
        self.parents = {key.column.table for key in self.table.foreign_keys}
        self.insert_sql = cache(self._insert_sql)
        self.update_sql = cache(self._update_sql)
        self.given_defaults = {
            key: column.default
            for key, column in self.columns.items()
            if column.default is not None or column.server_default is None
        }
        self.given_onupdates = {
            key: column.onupdate for key, column in self.columns.items() if column.onupdate is not None
        }
        self._writers: dict[str, tuple[str, Writer | None]] = {
            key: (column.name, column.type.dialect_impl(DIALECT).bind_processor(DIALECT))
            for key, column in self.columns.items()
        }

    def written(self, keys: Iterable[str], values: Mapping[str, Any]) -> dict[str, Any]:
        """The values of these attributes, as the driver takes them, by column."""
        by_column = {}
        for key in keys:
            name, write = self._writers[key]
            value = values[key]
            by_column[name] = value if write is None or type(value) is uuid.UUID else write(value)
        return by_column

    def _insert_sql(self, keys: tuple[str, ...]) -> str:
        names = [self.columns[key].name for key in keys]
        return str(insert(self.table).compile(dialect=DIALECT, column_keys=names))

    def _update_sql(self, keys: tuple[str, ...]) -> str:
        statement = update(self.table).values({self.columns[key]: bindparam(self.columns[key].name) for key in keys})
        for column in self.primary_key:
            statement = statement.where(column == bindparam(f"{KEY_PREFIX}{column.name}"))
        return str(statement.compile(dialect=DIALECT))


@cache
def plan_of(model: type[Base]) -> Plan:
    """The plan of a model."""
    return Plan(sa_inspect(model))


def default_of(default: Any) -> Any:
    """The value that a column gets where none is given. Only values and functions of Python are known here."""
    if default is None:
        return None
    given = cast(ColumnDefault, default).arg
    return given(None) if callable(given) else given
