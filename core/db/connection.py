"""The driver's connection: what is asked and written on it waits until an answer is needed, and then goes together."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, ClassVar, Final, NamedTuple, Self, cast

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import Dialect

from core.db.exchange import Exchange, Parameters, Rows

PREPARED_MOST: Final = 250
"""How many statements a connection keeps prepared; the pages have about two hundred that are asked for often."""

_INSERTION: Final = re.compile(r"INSERT INTO [\w.]+ \([^()]*\) VALUES \((%\(\w+\)s(::[A-Z ]+)?(, )?)+\)")
"""A row with nothing but values: no default, no conflict, no answer."""

_NAMED: Final = re.compile(r"%\((\w+)\)s")
_TAKEN_BACK: Final = "ROLLBACK TO SAVEPOINT"
_FORGETS: Final = ("ALTER", "DEALLOCATE", "DISCARD", "DROP", "ROLLBACK")
"""After these the driver has the server forget every plan of the connection."""


@dataclass(slots=True, eq=False)
class Answer:
    """What a statement answers that was asked on `connection` and may still wait there."""

    connection: "SiteConnection"
    known: Rows | None = None

    @property
    def rows(self) -> Rows:
        """The rows, whose columns are read by their names; asked for now, with all that waits, if they are not known.

        Raises what the driver raises, and InterfaceError where the transaction ended before it came to the question.
        """
        if self.known is None:
            self.connection.run_waiting()
        if self.known is None:
            raise psycopg.InterfaceError("the transaction in which this was asked is over")
        return self.known


class Waiting(NamedTuple):
    """A statement that waits, and where its answer goes, if anybody wants it."""

    sql: str
    parameters: Parameters
    answer: Answer | None = None


class SiteCursor(psycopg.Cursor[Any]):
    """A cursor that has run what waits on its connection before it runs something itself."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        """Run a statement, after what waits."""
        connection = cast(SiteConnection, self.connection)
        if connection.waiting:
            if isinstance(query, str) and query.startswith(_TAKEN_BACK):
                connection.waiting.clear()  # all of it is younger than the savepoint, which was a statement, too
            else:
                connection.run_waiting()
        super().execute(query, params, **options)
        if (self.statusmessage or "").startswith(_FORGETS):
            connection.exchange.forget()
        return self

    def executemany(self, query: Any, params_seq: Iterable[Any], **options: Any) -> None:
        """Run a statement for each of several sets of parameters, after what waits."""
        cast(SiteConnection, self.connection).run_waiting()
        super().executemany(query, params_seq, **options)

    def copy(self, *arguments: Any, **options: Any) -> Any:
        """Copy rows in or out, after what waits."""
        cast(SiteConnection, self.connection).run_waiting()
        return super().copy(*arguments, **options)


class SiteConnection(psycopg.Connection[Any]):
    """A connection that spares the server and the driver round trips.

    What is to be written, or will be wanted soon, waits until an answer is needed or the transaction is committed, and
    goes together with that in one round trip (PostgreSQL's pipeline mode). Whoever asks, asks through this connection
    or a cursor of it, so nobody can ask past what waits.
    """

    observers: ClassVar[list[Callable[[str], None]]] = []
    """Are told each statement that does not pass through the engine, which has listeners of its own."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.prepared_max = PREPARED_MOST
        self.cursor_factory = SiteCursor
        self.waiting: list[Waiting] = []
        self.exchange = Exchange(self)

    def write_soon(self, sql: str, parameters: Parameters) -> None:
        """Let `sql`, which answers nothing, wait for the next question or the commit."""
        self.waiting.append(Waiting(sql, parameters))

    def ask(self, sql: str, parameters: Parameters) -> Answer:
        """Let `sql` wait for the next answer that is needed, or the commit; it is answered as of that moment."""
        answer = Answer(self)
        self.waiting.append(Waiting(sql, parameters, answer))
        return answer

    def cursor(self, *arguments: Any, **options: Any) -> Any:
        """A cursor as the driver makes it. One that the server keeps (`name`) sees what waits, too."""
        if options.get("name") or (arguments and arguments[0]):
            self.run_waiting()
        return super().cursor(*arguments, **options)

    def run_waiting(self) -> None:
        """Run what waits. Of a transaction that has failed, and comes to nothing, only the questions: to be refused."""
        waiting = self._take_waiting()
        if waiting:
            self._run(waiting)

    def commit(self) -> None:
        """Commit, with what waits."""
        waiting = self._take_waiting()
        if waiting or self.info.transaction_status is TransactionStatus.INTRANS:
            self._run(waiting, ending="COMMIT")
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
            self.exchange.run([], ending="ROLLBACK")
        elif status is not TransactionStatus.IDLE:
            self.exchange.forget()
            super().rollback()

    def _take_waiting(self) -> list[Waiting]:
        if not self.waiting:
            return []
        waiting, self.waiting = self.waiting, []
        if self.info.transaction_status is TransactionStatus.INERROR:
            return [statement for statement in waiting if statement.answer is not None]
        return list(_together(waiting))

    def _run(self, waiting: Sequence[Waiting], *, ending: str | None = None) -> None:
        for observer in self.observers:
            for statement in waiting:
                observer(statement.sql)
        found = self.exchange.run([(sql, parameters) for sql, parameters, _answer in waiting], ending=ending)
        for statement, rows in zip(waiting, found, strict=True):
            if statement.answer is not None:
                statement.answer.known = rows


def _together(waiting: Sequence[Waiting]) -> Iterator[Waiting]:
    """These statements, with one in place of several in a row that each insert a row into the same table."""
    for sql, group in groupby(waiting, key=itemgetter(0)):
        statements = list(group)
        if len(statements) > 1 and _INSERTION.fullmatch(sql):
            rows = enumerate(statement.parameters for statement in statements)
            named = {f"{name}_{number}": value for number, row in rows for name, value in row.items()}
            yield Waiting(_insertion_of(sql, len(statements)), named)
        else:
            yield from statements


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
