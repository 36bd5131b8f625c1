"""The driver's connection: keeps what the server has planned, and holds writes back until the next question."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, ClassVar, Final, Self, cast

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import namedtuple_row
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

PREPARED_MOST: Final = 250
"""How many statements a connection keeps prepared; the pages have about two hundred that are asked for often."""

Parameters = Mapping[str, Any]
_INSERTION: Final = re.compile(r"INSERT INTO [\w.]+ \([^()]*\) VALUES \((%\(\w+\)s(::[A-Z ]+)?(, )?)+\)")
"""A row with nothing but values: no default, no conflict, no answer."""

_NAMED: Final = re.compile(r"%\((\w+)\)s")
_TAKEN_BACK: Final = "ROLLBACK TO SAVEPOINT"


class SiteCursor(psycopg.Cursor[Any]):
    """A cursor that sends along what waits on its connection, before what it is to run itself."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        """Run a statement, together with what waits: all in one round trip."""
        connection = cast(SiteConnection, self.connection)
        if not connection.waiting:
            return super().execute(query, params, **options)
        if isinstance(query, str) and query.startswith(_TAKEN_BACK):
            connection.waiting.clear()  # all of it is younger than the savepoint, which was a statement, too
            return super().execute(query, params, **options)
        with connection.together():
            connection.write_waiting()
            return super().execute(query, params, **options)

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

    The driver forgets all prepared statements of a connection at a ROLLBACK, with which every transaction ends that
    only read. Where nothing was written, a COMMIT does the same and keeps them.

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
        self.waiting: list[tuple[str, Parameters]] = []

    def write_soon(self, sql: str, parameters: Parameters) -> None:
        """Let `sql`, which answers nothing, wait for the next question or the commit."""
        self.waiting.append((sql, parameters))

    def rows_of_each(self, statements: Sequence[str], parameters: Parameters) -> list[Sequence[Any]]:
        """The rows of each statement, whose columns are read by their names; asked for in one round trip."""
        if len(statements) == 1:
            return [self._ask(statements[0], parameters).fetchall()]
        with self.pipeline():
            cursors = [self._ask(sql, parameters) for sql in statements]
        return [cursor.fetchall() for cursor in cursors]

    def cursor(self, *arguments: Any, **options: Any) -> Any:
        """A cursor as the driver makes it. One that the server keeps (`name`) sees what waits, too."""
        if options.get("name") or (arguments and arguments[0]):
            self.write_waiting()
        return super().cursor(*arguments, **options)

    def write_waiting(self) -> None:
        """Write what waits, unless the transaction has failed and comes to nothing."""
        waiting, self.waiting = self.waiting, []
        if not waiting or self.info.transaction_status is TransactionStatus.INERROR:
            return
        with nullcontext() if len(waiting) == 1 else self.pipeline():
            for sql, parameters in _together(waiting):
                self._tell(sql)
                super().cursor().execute(sql, parameters)

    def together(self) -> AbstractContextManager[Any]:
        """One round trip for what waits and what comes with it; a single row takes less time by itself."""
        return self.pipeline() if len(self.waiting) > 1 else nullcontext()

    def commit(self) -> None:
        """Commit, with what waits."""
        if not self.waiting:
            super().commit()
            return
        with self.together():
            self.write_waiting()
            super().commit()

    def rollback(self) -> None:
        """End the transaction, so that nothing of it stays."""
        self.waiting.clear()
        if self._only_read():
            self.commit()
        else:
            super().rollback()

    def _ask(self, sql: str, parameters: Parameters) -> psycopg.Cursor[Any]:
        self._tell(sql)
        return super().cursor(row_factory=namedtuple_row).execute(sql, parameters)

    def _tell(self, sql: str) -> None:
        for observer in self.observers:
            observer(sql)

    def _only_read(self) -> bool:
        if self.closed or self.info.transaction_status is not TransactionStatus.INTRANS:
            return False
        return self.execute("SELECT pg_current_xact_id_if_assigned() IS NULL").fetchone() == (True,)


def _together(statements: Sequence[tuple[str, Parameters]]) -> Iterator[tuple[str, Parameters]]:
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


@contextmanager
def raised_by_sqlalchemy(sql: str, parameters: Parameters) -> Iterator[None]:
    """Raise what the driver raises while running `sql` as SQLAlchemy does."""
    try:
        yield
    except psycopg.Error as error:
        raise DBAPIError.instance(sql, dict(parameters), error, psycopg.Error) from error


def driver_connection(connection: Connection) -> SiteConnection:
    """The driver's connection below one of an engine with site connections, in its transaction."""
    return cast(SiteConnection, connection.connection.driver_connection)
