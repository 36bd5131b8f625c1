"""Writing on the busiest paths: rows go out together, with the next question or the commit.

The session's flush sends every row by itself and waits for each; that is right almost everywhere. A purchase writes a
dozen rows in a few tables, and there the waiting is most of the work.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final, cast

from sqlalchemy import Column, ColumnDefault, Table, bindparam, insert, update
from sqlalchemy import inspect as sa_inspect
from sqlalchemy.dialects.postgresql.psycopg import dialect
from sqlalchemy.orm import InstanceState, Mapper, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from core.db.connection import SiteConnection
from core.db.extension import db
from core.db.settled_statements import SettledStatement

_DIALECT: Final = dialect()  # type: ignore[no-untyped-call]  # the library gives it no types
_KEY_PREFIX: Final = "key_"
Writer = Callable[[Any], Any]


def write_soon(*objects: Any) -> None:
    """Have new objects inserted, and what changed on known ones updated, in this order.

    As a flush of the session does for them, but with the next question to the database, or the commit; what the
    database refuses is raised there. A new object names its parents by their ids, and comes after them. Afterwards the
    session knows all of them as they are. Relationships are not followed, and rows that somebody else deleted are not
    noticed: for rows that are new, or locked.
    """
    session = db.session()
    if session.new:
        session.flush()  # what is added there may be the parent of what comes now
    connection = site_connection()
    inserted = []
    for row in objects:
        state: InstanceState[Any] = sa_inspect(row)
        if state.key is None:
            connection.write_soon(*_insert_of(row, state))
            inserted.append(row)
        else:
            changed = _update_of(row, state)
            if changed is not None:
                connection.write_soon(*changed)
                state._commit_all(state.dict, session.identity_map)  # as a flush ends, which has no public name
    for row in inserted:
        make_transient_to_detached(row)
    session.add_all(inserted)


def write_row_soon(statement: SettledStatement, parameters: Mapping[str, Any]) -> None:
    """Have a statement that answers nothing run with the next question to the database, or the commit."""
    db.session.flush()
    site_connection().write_soon(statement.sql, parameters)


def site_connection() -> SiteConnection:
    """The driver's connection of the current session, in its transaction."""
    return cast(SiteConnection, db.session.connection().connection.driver_connection)


def _insert_of(row: Any, state: InstanceState[Any]) -> tuple[str, Mapping[str, Any]]:
    values = state.dict
    plan = _plan(state.mapper)
    for key, column in plan.columns.items():
        if key not in values and (column.default is not None or column.server_default is None):
            set_committed_value(row, key, _default(column.default))
    keys = tuple(key for key in plan.columns if key in values)
    return plan.insert_sql(keys), {plan.columns[key].name: plan.written(key, values[key]) for key in keys}


def _update_of(row: Any, state: InstanceState[Any]) -> tuple[str, Mapping[str, Any]] | None:
    plan = _plan(state.mapper)
    changed = [key for key in plan.columns if key in state.committed_state]
    if not changed:
        return None
    for key, column in plan.columns.items():
        if column.onupdate is not None and key not in changed:
            set_committed_value(row, key, _default(column.onupdate))
            changed.append(key)
    values = {plan.columns[key].name: plan.written(key, state.dict[key]) for key in changed}
    identity = zip(plan.primary_key, cast(tuple[Any, ...], state.identity), strict=True)
    return plan.update_sql(tuple(changed)), values | {f"{_KEY_PREFIX}{column.name}": key for column, key in identity}


def _default(default: Any) -> Any:
    """The value that a column gets where none is given. Only values and functions of Python are known here."""
    if default is None:
        return None
    given = cast(ColumnDefault, default).arg
    return given(None) if callable(given) else given


class _Plan:
    """How the rows of one table are written: the columns by attribute, and the statements, each made once."""

    def __init__(self, mapper: Mapper[Any]) -> None:
        self.table = cast(Table, mapper.local_table)
        self.columns: dict[str, Column[Any]] = {
            attribute.key: cast("Column[Any]", attribute.columns[0]) for attribute in mapper.column_attrs
        }
        self.primary_key = cast("Sequence[Column[Any]]", mapper.primary_key)
        self.insert_sql = cache(self._insert_sql)
        self.update_sql = cache(self._update_sql)
        self._writers: dict[str, Writer | None] = {
            key: column.type.dialect_impl(_DIALECT).bind_processor(_DIALECT) for key, column in self.columns.items()
        }

    def written(self, key: str, value: Any) -> Any:
        """A value as the driver takes it."""
        writer = self._writers[key]
        return value if writer is None or type(value) is uuid.UUID else writer(value)

    def _insert_sql(self, keys: tuple[str, ...]) -> str:
        names = [self.columns[key].name for key in keys]
        return str(insert(self.table).compile(dialect=_DIALECT, column_keys=names))

    def _update_sql(self, keys: tuple[str, ...]) -> str:
        statement = update(self.table).values({self.columns[key]: bindparam(self.columns[key].name) for key in keys})
        for column in self.primary_key:
            statement = statement.where(column == bindparam(f"{_KEY_PREFIX}{column.name}"))
        return str(statement.compile(dialect=_DIALECT))


@cache
def _plan(mapper: Mapper[Any]) -> _Plan:
    return _Plan(mapper)
