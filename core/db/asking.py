"""Questions that go together: each is asked for as soon as it is known, and answered when an answer is needed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import psycopg

from core.db.connection import Answer
from core.db.exchange import Rows
from core.db.extension import db
from core.db.settled_statements import SettledStatement
from core.db.writing import site_connection, told_to_session

Value = TypeVar("Value")
Other = TypeVar("Other")


class Asked(Generic[Value]):
    """Something that was asked of the database in the session's transaction, before anybody needs to know it.

    The first `value` that is wanted brings the answers to all that was asked and written until then, in one round trip
    and in that order; so does the commit, after which values are still there to be read. An answer is as of the moment
    of the round trip, and sees what was written before the question.
    """

    def __init__(self, find: Callable[[], Value]) -> None:
        self._find: Callable[[], Value] | None = find
        self._value: Value

    @property
    def value(self) -> Value:
        """What was asked for. Raises what SQLAlchemy raises where the database refuses."""
        if self._find is not None:
            self._value, self._find = self._find(), None
        return self._value

    def then(self, make: Callable[[Value], Other]) -> "Asked[Other]":
        """What `make` makes of the value, once that is wanted."""
        return Asked(lambda: make(self.value))


def ask_each(statements: Sequence[SettledStatement], parameters: Mapping[str, Any]) -> Asked[list[Rows]]:
    """Ask for the rows of each statement, which are read by the names of their columns, with the same parameters."""
    session = db.session()
    session.flush()
    connection = site_connection(session)
    answers = [connection.ask(statement.sql, parameters) for statement in statements]
    return Asked(lambda: _rows_of(answers, statements, parameters))


def ask(statement: SettledStatement, parameters: Mapping[str, Any]) -> Asked[Rows]:
    """Ask for the rows of a statement, which are read by the names of their columns."""
    return ask_each([statement], parameters).then(_first)


def ask_value(statement: SettledStatement, parameters: Mapping[str, Any]) -> Asked[Any]:
    """Ask for the single value of a statement, or None when it has no row."""
    return ask(statement, parameters).then(_value_in)


def known(value: Value) -> Asked[Value]:
    """What need not be asked for, since it is known, where something may have to be."""
    return Asked(lambda: value)


def _rows_of(
    answers: Sequence[Answer], statements: Sequence[SettledStatement], parameters: Mapping[str, Any]
) -> list[Rows]:
    try:
        return [answer.rows for answer in answers]
    except psycopg.Error as error:
        raise told_to_session(error, "; ".join(statement.sql for statement in statements), parameters) from error


def _first(rows: list[Rows]) -> Rows:
    return rows[0]


def _value_in(rows: Rows) -> Any:
    return rows[0][0] if rows else None
