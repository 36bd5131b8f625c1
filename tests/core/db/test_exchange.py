"""Statements that go to the server together, on a real one."""

import signal
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from psycopg.types.json import Jsonb

from core.db import exchange
from core.db.connection import SiteConnection
from tests.support.databases import TestDatabases

ADD = "INSERT INTO fruit (number, name) VALUES (%(number)s, %(name)s)"
ALL = "SELECT number, name FROM fruit ORDER BY number"
NAMED = "SELECT %(name)s::text AS name"
PLANS = "SELECT count(*) FROM pg_prepared_statements WHERE NOT from_sql AND statement LIKE 'SELECT%'"
BRACKETS = "SELECT statement FROM pg_prepared_statements WHERE statement NOT LIKE 'SELECT%' ORDER BY statement"


@pytest.fixture
def connection(databases: TestDatabases) -> Iterator[SiteConnection]:
    found = SiteConnection.connect(databases.admin_url)
    found.execute("CREATE TEMPORARY TABLE fruit (number int PRIMARY KEY, name text NOT NULL)")
    found.commit()
    yield found
    found.close()


def run(connection: SiteConnection, *statements: tuple[str, dict[str, Any]], ending: str | None = None) -> list[Any]:
    return connection.exchange.run(statements, ending=ending)


def test_each_statement_sees_what_those_before_it_did(connection: SiteConnection) -> None:
    none, added, one, _added, two = run(
        connection,
        (ALL, {}),
        (ADD, {"number": 1, "name": "Bưởi"}),
        (ALL, {}),
        (ADD, {"number": 2, "name": "Cam"}),
        (ALL, {}),
    )
    assert (len(none), len(added)) == (0, 0)
    assert [row.name for row in one] == ["Bưởi"]
    assert [tuple(row) for row in two] == [(1, "Bưởi"), (2, "Cam")]


def test_it_is_all_one_transaction_until_it_is_ended(connection: SiteConnection) -> None:
    assert connection.info.transaction_status is TransactionStatus.IDLE
    run(connection, (ADD, {"number": 1, "name": "Bưởi"}))
    assert connection.info.transaction_status is TransactionStatus.INTRANS
    run(connection, (ADD, {"number": 2, "name": "Cam"}), ending="COMMIT")
    assert connection.info.transaction_status is TransactionStatus.IDLE
    run(connection, (ADD, {"number": 3, "name": "Chè"}), ending="ROLLBACK")
    assert len(connection.execute(ALL).fetchall()) == 2


def test_the_first_refusal_is_raised_and_what_comes_after_it_is_not_done(connection: SiteConnection) -> None:
    with pytest.raises(psycopg.errors.NotNullViolation) as refused:
        run(
            connection,
            (ADD, {"number": 1, "name": "Bưởi"}),
            (ADD, {"number": 2, "name": None}),
            ("SELECT no_such_column FROM fruit", {}),
            ending="COMMIT",
        )
    assert refused.value.diag.column_name == "name"
    assert connection.info.transaction_status is TransactionStatus.INERROR
    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        run(connection, (ALL, {}))
    connection.rollback()
    assert run(connection, (ALL, {})) == [()]


def test_a_statement_whose_plan_came_after_a_refusal_is_planned_later(connection: SiteConnection) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        run(connection, ("SELECT FROM nowhere", {}), (NAMED, {"name": "Bưởi"}))
    connection.rollback()
    [[row]] = run(connection, (NAMED, {"name": "Bưởi"}))
    assert row.name == "Bưởi"


def test_a_statement_is_planned_once_whatever_its_values_are(connection: SiteConnection) -> None:
    for name in ("Bưởi", None, "Cam"):
        run(connection, (NAMED, {"name": name}), (NAMED, {"name": name}))
        connection.rollback()
    assert connection.execute(PLANS).fetchone() == (1,)


def test_the_begin_and_the_end_of_a_transaction_are_planned_once_too(connection: SiteConnection) -> None:
    for ending in ("COMMIT", "ROLLBACK", "COMMIT"):
        run(connection, (NAMED, {"name": "Bưởi"}), ending=ending)
    with connection.cursor() as cursor:
        assert cursor.execute(BRACKETS).fetchall() == [("BEGIN",), ("COMMIT",), ("ROLLBACK",)]


@pytest.mark.parametrize("statement", ["DROP TABLE fruit", "ROLLBACK TO SAVEPOINT before", "DEALLOCATE ALL"])
def test_plans_are_made_again_after_the_server_forgot_them(connection: SiteConnection, statement: str) -> None:
    for _ in range(8):  # the driver keeps plans of its own by then, and throws all away
        connection.execute("SELECT 1 + %s", (1,))
    run(connection, (NAMED, {"name": "Bưởi"}))
    connection.execute("SAVEPOINT before")
    connection.execute(statement)
    [[row]] = run(connection, (NAMED, {"name": "Bưởi"}))
    assert row.name == "Bưởi"


def test_more_statements_than_are_kept_planned(connection: SiteConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    run(connection, ending="ROLLBACK")
    monkeypatch.setattr(exchange, "PLANNED_MOST", 5)  # three of them begin and end transactions
    statements = [(f"SELECT {number} + %(one)s::int AS sum", {"one": 1}) for number in range(5)]
    for _ in range(2):
        assert [rows[0].sum for rows in run(connection, *statements)] == [1, 2, 3, 4, 5]
    assert connection.execute(PLANS).fetchone() == (2,)


def test_values_of_every_kind_come_back_as_they_went(connection: SiteConnection) -> None:
    values = {
        "whole": 2**40,
        "rate": 1.5,
        "price": Decimal("12.50"),
        "yes": True,
        "nothing": None,
        "text": "100 % Bưởi '\"\\",
        "key": uuid4(),
        "moment": datetime(2026, 11, 29, 17, 30, 1, 250, tzinfo=UTC),
        "day": date(2026, 11, 29),
        "names": ["Bưởi", 'C"am', None],
        "keys": [uuid4(), uuid4()],
        "data": {"a": [1, None, "Chè"]},
    }
    types = ("bigint", "float8", "numeric", "bool", "int", "text", "uuid", "timestamptz", "date", "text[]", "uuid[]")
    columns = [f"%({name})s::{kind} AS {name}" for name, kind in zip(values, (*types, "jsonb"), strict=True)]
    [[row]] = run(connection, (f"SELECT {', '.join(columns)}", values | {"data": Jsonb(values["data"])}))
    assert row._asdict() == values


def test_a_percent_sign_and_a_name_that_comes_twice(connection: SiteConnection) -> None:
    sql = "SELECT 7 %% 4 AS rest, %(name)s::text LIKE 'B%%' AS found, length(%(name)s) AS length"
    [[row]] = run(connection, (sql, {"name": "Bưởi", "not_asked_for": 1}))
    assert tuple(row) == (3, True, 4)


def test_what_cannot_be_sent_leaves_the_connection_as_it_was(connection: SiteConnection) -> None:
    run(connection, (ADD, {"number": 1, "name": "Bưởi"}))
    with pytest.raises(psycopg.DataError):
        run(connection, (ADD, {"number": 2, "name": "Cam"}), (ADD, {"number": 3, "name": "\x00"}))
    with pytest.raises(KeyError):
        run(connection, (ADD, {"number": 2}))
    [rows] = run(connection, (ALL, {}))
    assert [row.number for row in rows] == [1]


def test_large_questions_with_large_answers_do_not_wait_for_each_other(connection: SiteConnection) -> None:
    text = "Bưởi" * 500_000
    answers = run(connection, *((NAMED, {"name": f"{number}{text}"}) for number in range(8)))
    assert [rows[0].name == f"{number}{text}" for number, rows in enumerate(answers)] == [True] * 8


def test_a_statement_that_takes_too_long_is_ended_by_the_server(connection: SiteConnection) -> None:
    with pytest.raises(psycopg.errors.QueryCanceled):
        run(connection, ("SET LOCAL statement_timeout = 50", {}), ("SELECT pg_sleep(20)", {}))
    connection.rollback()
    assert run(connection, (ALL, {})) == [()]


def test_an_interrupted_question_is_ended_at_the_server_too(connection: SiteConnection) -> None:
    def interrupt(*_unused: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(KeyboardInterrupt):
            run(connection, ("SELECT pg_sleep(30)", {}))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert connection.closed or connection.info.transaction_status is TransactionStatus.INERROR


def test_a_lost_server_is_an_error_of_the_connection(connection: SiteConnection, databases: TestDatabases) -> None:
    run(connection, (ALL, {}))
    with psycopg.connect(databases.admin_url, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s)", (connection.info.backend_pid,))
    with pytest.raises(psycopg.OperationalError):
        run(connection, (ALL, {}), (ALL, {}))
    assert connection.closed


def test_a_transaction_begins_as_the_connection_says(connection: SiteConnection) -> None:
    connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
    [[row]] = run(connection, ("SHOW transaction_isolation", {}))
    assert row.transaction_isolation == "serializable"


def test_no_transaction_begins_where_each_statement_commits_by_itself(connection: SiteConnection) -> None:
    connection.autocommit = True
    run(connection, (ADD, {"number": 1, "name": "Bưởi"}))
    assert connection.info.transaction_status is TransactionStatus.IDLE
    connection.execute("ROLLBACK")
    assert len(connection.execute(ALL).fetchall()) == 1
