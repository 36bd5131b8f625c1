"""What every connection to the database asks of the server."""

from flask import Flask
from sqlalchemy import text

from core.db import db
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
