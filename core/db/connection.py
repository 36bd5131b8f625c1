"""The driver's connection: keeps what the server has planned, and holds writes back until the next question."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, ClassVar, Final, Self, cast

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import Dialect

from core.db.exchange import Exchange, Parameters, Rows

PREPARED_MOST: Final = 250
"""How many statements a connection keeps prepared; the pages have about two hundred that are asked for often."""

Statement = tuple[str, Parameters]
_INSERTION: Final = re.compile(r"INSERT INTO [\w.]+ \([^()]*\) VALUES \((%\(\w+\)s(::[A-Z ]+)?(, )?)+\)")
"""A row with nothing but values: no default, no conflict, no answer."""

_NAMED: Final = re.compile(r"%\((\w+)\)s")
_TAKEN_BACK: Final = "ROLLBACK TO SAVEPOINT"
_FORGETS: Final = ("ALTER", "DEALLOCATE", "DISCARD", "DROP", "ROLLBACK")
"""After these the driver has the server forget every plan of the connection."""


class SiteCursor(psycopg.Cursor[Any]):
    """A cursor that has written what waits on its connection before it runs something itself."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        """Run a statement, after what waits."""
        connection = cast(SiteConnection, self.connection)
        if connection.waiting:
            if isinstance(query, str) and query.startswith(_TAKEN_BACK):
                connection.waiting.clear()  # all of it is younger than the savepoint, which was a statement, too
            else:
                connection.write_waiting()
        super().execute(query, params, **options)
        if (self.statusmessage or "").startswith(_FORGETS):
            connection.exchange.forget()
        return self

    def executemany(self, query: Any, params_seq: Iterable[Any], **options: Any) -> None:
        """Run a statement for each of several sets of parameters, after what waits."""
        cast(SiteConnection, self.connection).write_waiting()
        super().executemany(query, params_seq, **options)

    def copy(self, *arguments: Any, **options: Any) -> Any:
        """Copy rows in or out, after what waits was written."""
        cast(SiteConnection, self.connection).write_waiting()
        return super().copy(*arguments, **options)


class SiteConnection(psycopg.Connection[Any]):
    """A connection that spares the server and the driver round trips.

    What is to be written waits until something is asked, or the transaction is committed, and goes together with that
    in one round trip (PostgreSQL's pipeline mode). Whoever asks, asks through a cursor of this connection, so nobody
    can ask past what waits.
    """

    observers: ClassVar[list[Callable[[str], None]]] = []
    """Are told each statement that does not pass through the engine, which has listeners of its own."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.prepared_max = PREPARED_MOST
        self.cursor_factory = SiteCursor
        self.waiting: list[Statement] = []
        self.exchange = Exchange(self)

    def write_soon(self, sql: str, parameters: Parameters) -> None:
        """Let `sql`, which answers nothing, wait for the next question or the commit."""
        self.waiting.append((sql, parameters))

    def rows_of_each(self, statements: Sequence[str], parameters: Parameters) -> list[Rows]:
        """The rows of each statement, whose columns are read by their names; asked for in one round trip."""
        waiting = self._take_waiting()
        asked = [(sql, parameters) for sql in statements]
        return self._run(waiting + asked)[len(waiting) :]

    def cursor(self, *arguments: Any, **options: Any) -> Any:
        """A cursor as the driver makes it. One that the server keeps (`name`) sees what waits, too."""
        if options.get("name") or (arguments and arguments[0]):
            self.write_waiting()
        return super().cursor(*arguments, **options)

    def write_waiting(self) -> None:
        """Write what waits, unless the transaction has failed and comes to nothing."""
        waiting = self._take_waiting()
        if waiting:
            self._run(waiting)

    def commit(self) -> None:
        """Commit, with what waits."""
        waiting = self._take_waiting()
        if waiting:
            self._run(waiting, ending=b"COMMIT")
        else:
            super().commit()

    def rollback(self) -> None:
        """End the transaction, so that nothing of it stays.

        The driver would have the server forget the plans of this connection, for one that was made in a pipeline may
        have failed with it. Ours are known for made only when the server has said so.
        """
        self.waiting.clear()
        status = self.info.transaction_status
        if status in (TransactionStatus.INTRANS, TransactionStatus.INERROR):
            self.exchange.run([], ending=b"ROLLBACK")
        elif status is not TransactionStatus.IDLE:
            self.exchange.forget()
            super().rollback()

    def _take_waiting(self) -> list[Statement]:
        if not self.waiting:
            return []
        waiting, self.waiting = self.waiting, []
        failed = self.info.transaction_status is TransactionStatus.INERROR
        return [] if failed else list(_together(waiting))

    def _run(self, statements: Sequence[Statement], *, ending: bytes | None = None) -> list[Rows]:
        for observer in self.observers:
            for sql, _parameters in statements:
                observer(sql)
        return self.exchange.run(statements, ending=ending)


def _together(statements: Sequence[Statement]) -> Iterator[Statement]:
    """These statements, with one in place of several in a row that each insert a row into the same table."""
    for sql, group in groupby(statements, key=itemgetter(0)):
        rows = [parameters for _sql, parameters in group]
        if len(rows) > 1 and _INSERTION.fullmatch(sql):
            named = {f"{name}_{number}": value for number, row in enumerate(rows) for name, value in row.items()}
            yield _insertion_of(sql, len(rows)), named
        else:
            yield from ((sql, row) for row in rows)


@lru_cache(1000)
def _insertion_of(sql: str, rows: int) -> str:
    head, values = sql.split(" VALUES ")
    numbered = [_NAMED.sub(rf"%(\1_{number})s", values) for number in range(rows)]
    return f"{head} VALUES {', '.join(numbered)}"


def use_site_connections(engine: Engine) -> None:
    """Let the engine make connections of the site's own kind.

    Not by an event of the engine's own: with one of those, every statement looks for listeners several times.
    """

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Dialect, _record: Any, arguments: Any, parameters: dict[str, Any]) -> SiteConnection:
        return SiteConnection.connect(*arguments, **parameters)


def driver_connection(connection: Connection) -> SiteConnection:
    """The driver's connection below one of an engine with site connections, in its transaction."""
    return cast(SiteConnection, connection.connection.driver_connection)
