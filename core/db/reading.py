"""Reading for the busiest pages: one statement, one round trip, no session."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from flask import Flask, current_app
from sqlalchemy import Connection, Engine, Executable

from core.db.asking import ask, ask_each, ask_value
from core.db.extension import another_engine, db
from core.db.settled_statements import SettledStatement

POOL_SIZE = 16
PLANNED_ONCE_POOL_SIZE = 8
_EXTENSION = "reading_connections"
_PLANNED_ONCE = "reading_connections_planned_once"


class ReadingConnections(Protocol):
    """Lends a connection for one statement."""

    def __call__(self) -> AbstractContextManager[Connection]:
        """The connection, given back at the end of the block."""


def use_reading_connections(app: Flask, connections: ReadingConnections) -> None:
    """Take the connections for reading from `connections` instead of from the engine's pool."""
    app.extensions[_EXTENSION] = app.extensions[_PLANNED_ONCE] = connections


def read_value(statement: Executable | SettledStatement, parameters: Mapping[str, Any]) -> Any:
    """The single value of `statement`, or None when it has no row.

    Only what is committed is seen.
    """
    return _read(_EXTENSION, statement, parameters)


def read_planned_once(statement: Executable | SettledStatement, parameters: Mapping[str, Any]) -> Any:
    """As `read_value`, for a statement that takes longer to plan than to run, and whose plan suits any parameters.

    A connection plans it once. Otherwise PostgreSQL may plan it anew whenever it is run: it compares what the plans
    cost, and hardly counts what planning costs.
    """
    return _read(_PLANNED_ONCE, statement, parameters)


def read_within_transaction(statement: Executable | SettledStatement, parameters: Mapping[str, Any]) -> Any:
    """As `read_value`, in the session's transaction: what it has not committed yet is seen as well."""
    if isinstance(statement, SettledStatement):
        return ask_value(statement, parameters).value
    db.session.flush()
    return _scalar(db.session.connection(), statement, parameters)


def rows_within_transaction(statement: SettledStatement, parameters: Mapping[str, Any]) -> Sequence[Any]:
    """All rows of `statement` in the session's transaction: what it has not committed yet is seen as well.

    Their columns are read by name. Raises what SQLAlchemy raises where the database refuses.
    """
    return ask(statement, parameters).value


def rows_of_each(statements: Sequence[SettledStatement], parameters: Mapping[str, Any]) -> list[Sequence[Any]]:
    """As `rows_within_transaction` for each of these in turn, with the same parameters, all in one round trip."""
    return ask_each(statements, parameters).value


def _read(extension: str, statement: Executable | SettledStatement, parameters: Mapping[str, Any]) -> Any:
    connections: ReadingConnections | None = current_app.extensions.get(extension)
    if connections is None:
        pool = (
            _own_pool(current_app)
            if extension == _EXTENSION
            else _own_pool(
                current_app,
                pool_size=PLANNED_ONCE_POOL_SIZE,
                server_options="-c plan_cache_mode=force_generic_plan",
                connect_args={"prepare_threshold": 0},
            )
        )
        connections = current_app.extensions[extension] = pool.connect
    with connections() as connection:
        return _scalar(connection, statement, parameters)


def _scalar(connection: Connection, statement: Executable | SettledStatement, parameters: Mapping[str, Any]) -> Any:
    if isinstance(statement, SettledStatement):
        return connection.exec_driver_sql(statement.sql, dict(parameters)).scalar()
    return connection.execute(statement, parameters).scalar()


def _own_pool(app: Flask, **options: Any) -> Engine:
    """Connections that commit by themselves.

    The server hears neither BEGIN nor COMMIT, and there is never a rollback, after which the driver would forget the
    plans it had prepared. A pool of their own, for switching a connection to and fro costs as much as it saves.
    """
    given = {"pool_size": POOL_SIZE, "max_overflow": 0, **options}
    return another_engine(app, isolation_level="AUTOCOMMIT", pool_reset_on_return=None, **given)
