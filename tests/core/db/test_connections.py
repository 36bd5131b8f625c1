"""What every connection to the database asks of the server."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

from core.db import db, rows_within_transaction, settled
from core.db.extension import another_engine

SETTING = text("SELECT current_setting(:name)")


def test_statements_are_not_compiled_before_they_run(app: Flask, session: object) -> None:
    assert db.session.scalar(SETTING, {"name": "jit"}) == "off"


def test_another_engine_adds_what_its_statements_need(app: Flask, session: object) -> None:
    engine = another_engine(app, server_options="-c plan_cache_mode=force_generic_plan")
    try:
        with engine.connect() as connection:
            settings = [connection.scalar(SETTING, {"name": name}) for name in ("jit", "plan_cache_mode")]
    finally:
        engine.dispose()
    assert settings == ["off", "force_generic_plan"]


def test_a_connection_keeps_its_plans_when_a_transaction_only_read(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        for _ in range(10):
            connection.execute(text("SELECT 41 + :one"), {"one": 1})
            connection.rollback()
        kept = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT 41 +%'")
        assert connection.scalar(kept) == 1


def test_what_was_written_is_rolled_back_all_the_same(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        connection.execute(text("CREATE TABLE never_there (one int)"))
        connection.rollback()
        assert connection.scalar(text("SELECT to_regclass('never_there')")) is None


def test_a_transaction_that_failed_is_rolled_back(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        with pytest.raises(ProgrammingError):
            connection.execute(text("SELECT nothing"))
        connection.rollback()
        assert connection.scalar(text("SELECT 1")) == 1


def test_after_the_server_ended_a_connection_the_next_transaction_has_another(app: Flask) -> None:
    who = settled(text("SELECT pg_backend_pid() AS pid"))
    with app.app_context():
        lost = rows_within_transaction(who, {})[0].pid
        with another_engine(app, isolation_level="AUTOCOMMIT").connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": lost})
        with pytest.raises(OperationalError):
            rows_within_transaction(who, {})
        db.session.rollback()
        assert rows_within_transaction(who, {})[0].pid != lost
        db.session.rollback()
