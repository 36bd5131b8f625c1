"""Statements that go to the server together, and their answers: one round trip, by the driver's own libpq.

The driver has a pipeline mode of its own, which looks at the connection between any two statements; that, and the
cursor of each of them, was a third of the processor time of a purchase. Here all is sent first and then read.
"""

import re
from collections import namedtuple
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import lru_cache
from typing import Any, Final, cast

import psycopg
from psycopg import errors
from psycopg.abc import Transformer
from psycopg.adapt import PyFormat
from psycopg.adapt import Transformer as NewTransformer
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.rows import RowMaker
from psycopg.waiting import Ready, Wait

Parameters = Mapping[str, Any]
Rows = Sequence[Any]

PLANNED_MOST: Final = 500
"""How many statements the server keeps planned for a connection; the ones after that are planned each time."""

_PARAMETER: Final = re.compile(r"%(?:\((\w+)\)s|%)")


@dataclass(slots=True)
class _Planned:
    """A statement as the server knows it, by `name`; without one, it is sent anew each time."""

    text: bytes
    parameters: tuple[str, ...]
    formats: tuple[PyFormat, ...]
    name: bytes
    is_known: bool = False
    make_row: RowMaker[Any] | None = None


class _Answers(Enum):
    """What one answer of the server is to: the planning of a statement, a statement, or the begin or end around it."""

    PLANNING = auto()
    STATEMENT = auto()
    COMMAND = auto()


_Sent = tuple[_Answers, _Planned]
_Bound = tuple[_Planned, Sequence[Any]]


@dataclass(slots=True)
class Exchange:
    """Sends statements on one connection; keeps what the server has planned for it.

    Parameters go as text, and the server infers their types where the statement does not say them: whatever values
    come, it is the same statement.
    """

    connection: psycopg.Connection[Any]
    _planned: dict[str, _Planned] = field(default_factory=dict)
    _numbers: int = 0
    _adapting: Transformer = field(init=False)

    def __post_init__(self) -> None:
        self._adapting = NewTransformer(self.connection)

    def run(self, statements: Sequence[tuple[str, Parameters]], *, ending: str | None = None) -> list[Rows]:
        """The rows of each statement, read by names, after a BEGIN where none was; `ending` is sent last.

        Raises what the driver raises for the first that the server refuses; those after it are not run.
        """
        bound = [self._bind(sql, parameters) for sql, parameters in statements]
        begins = self._begins()
        with self.connection.lock:
            sent, results = self._exchange(bound, begins=begins, ending=ending)
        rows: list[Rows] = []
        refused: PGresult | None = None
        for (answers, planned), result in zip(sent, results, strict=True):
            status = result.status
            if status == ExecStatus.FATAL_ERROR:
                refused = refused or result
            elif status == ExecStatus.PIPELINE_ABORTED:
                continue
            elif answers is _Answers.PLANNING:
                planned.is_known = bool(planned.name)
            elif answers is _Answers.STATEMENT and refused is None:
                rows.append(self._rows(planned, result))
        if refused is not None:
            raise errors.error_from_result(refused)
        return rows

    def forget(self) -> None:
        """Take it that the server has forgotten every plan of this connection."""
        self._planned.clear()

    def _bind(self, sql: str, parameters: Parameters) -> _Bound:
        planned = self._planned.get(sql)
        if planned is None:
            planned = self._new(sql)
        values = [parameters[name] for name in planned.parameters]
        return planned, self._adapting.dump_sequence(values, planned.formats) if values else ()

    def _new(self, sql: str) -> _Planned:
        text, names = _by_position(sql)
        planned = _Planned(text, names, (PyFormat.TEXT,) * len(names), b"")
        if len(self._planned) < PLANNED_MOST:
            self._numbers += 1
            planned.name = b"site_%d" % self._numbers
            self._planned[sql] = planned
        return planned

    def _exchange(
        self, bound: Sequence[_Bound], *, begins: bool, ending: str | None
    ) -> tuple[list[_Sent], list[PGresult]]:
        wanted = [(_Answers.STATEMENT, planned, values) for planned, values in bound]
        if begins:
            wanted.insert(0, (_Answers.COMMAND, *self._bind("BEGIN", {})))
        if ending is not None:
            wanted.append((_Answers.COMMAND, *self._bind(ending, {})))
        pgconn, sent, planning = self.connection.pgconn, list[_Sent](), set[bytes]()
        pgconn.enter_pipeline_mode()
        try:
            for answers, planned, values in wanted:
                if not planned.is_known and planned.name not in planning:
                    pgconn.send_prepare(planned.name, planned.text)
                    sent.append((_Answers.PLANNING, planned))
                    if planned.name:
                        planning.add(planned.name)
                pgconn.send_query_prepared(planned.name, values)
                sent.append((answers, planned))
            pgconn.pipeline_sync()
            return sent, self.connection.wait(_answers(pgconn))
        finally:
            self._leave(pgconn)

    def _begins(self) -> bool:
        """Whether a BEGIN has to come first; one that says more than that is left to the driver."""
        connection = self.connection
        if connection.autocommit or connection.pgconn.transaction_status != TransactionStatus.IDLE:
            return False
        if connection.isolation_level is None and connection.read_only is None and connection.deferrable is None:
            return True
        psycopg.Cursor(connection).execute("SELECT")
        return False

    def _leave(self, pgconn: PGconn) -> None:
        """Leave the pipeline; a connection on which answers are still owed can't be used any more."""
        if pgconn.status == ConnStatus.BAD:
            return
        try:
            pgconn.exit_pipeline_mode()
        except psycopg.OperationalError:
            self.connection.close()

    def _rows(self, planned: _Planned, result: PGresult) -> Rows:
        if not result.ntuples:
            return ()
        if planned.make_row is None:
            names = (result.fname(number) or b"" for number in range(result.nfields))
            planned.make_row = _row_of(tuple(name.decode() for name in names))
        self._adapting.set_pgresult(result)
        return self._adapting.load_rows(0, result.ntuples, planned.make_row)


def _answers(pgconn: PGconn) -> Generator[Wait, Ready | int, list[PGresult]]:
    """What the server answers until it is in step again; the driver's `wait` runs it."""
    results = list[PGresult]()
    while True:
        unsent = pgconn.flush()
        ready = yield Wait.RW if unsent else Wait.R
        if not ready & Ready.R:
            continue
        pgconn.consume_input()
        while not pgconn.is_busy():
            result = pgconn.get_result()
            if result is None:
                continue  # the end of one statement's answer
            if result.status == ExecStatus.PIPELINE_SYNC:
                return results
            results.append(result)


@lru_cache(2000)
def _by_position(sql: str) -> tuple[bytes, tuple[str, ...]]:
    """A statement with its parameters by number, as the server takes it, and their names in that order."""
    names: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        return "%" if found[1] is None else f"${names.setdefault(found[1], len(names) + 1)}"

    text = _PARAMETER.sub(number, sql)
    return text.encode(), tuple(names)


@lru_cache(2000)
def _row_of(names: tuple[str, ...]) -> RowMaker[Any]:
    row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # its names come from the statement
    return cast(RowMaker[Any], row._make)
