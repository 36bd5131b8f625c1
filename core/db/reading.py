"""Reading for the busiest pages: one statement, one round trip, no session."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from flask import Flask, current_app
from sqlalchemy import Connection, Engine, Executable

from core.db.extension import another_engine

POOL_SIZE = 16
_EXTENSION = "reading_connections"


class ReadingConnections(Protocol):
    """Lends a connection for one statement."""

    def __call__(self) -> AbstractContextManager[Connection]:
        """The connection, given back at the end of the block."""


def use_reading_connections(app: Flask, connections: ReadingConnections) -> None:
    """Take the connections for reading from `connections` instead of from the engine's pool."""
    app.extensions[_EXTENSION] = connections


def read_value(statement: Executable, parameters: Mapping[str, Any]) -> Any:
    """The single value of `statement`, or None when it has no row.

    Only what is committed is seen.
    """
    app = current_app
    connections: ReadingConnections | None = app.extensions.get(_EXTENSION)
    if connections is None:
        connections = _own_pool(app).connect
        use_reading_connections(app, connections)
    with connections() as connection:
        return connection.execute(statement, parameters).scalar()


def _own_pool(app: Flask) -> Engine:
    """Connections that commit by themselves.

    The server hears neither BEGIN nor COMMIT, and there is never a rollback, after which the driver would forget the
    plans it had prepared. A pool of their own, for switching a connection to and fro costs as much as it saves.
    """
    return another_engine(
        app, isolation_level="AUTOCOMMIT", pool_reset_on_return=None, pool_size=POOL_SIZE, max_overflow=0
    )
