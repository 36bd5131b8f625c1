"""Rows by COPY arrive as they were."""

import json
import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from core.db import db
from core.db.copying import copy_rows

pytestmark = pytest.mark.usefixtures("session")
COLUMNS = ("words", "whole", "number", "truth", "key", "moment", "day", "list", "object")
STORABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
ROWS = st.tuples(
    STORABLE | st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.booleans(),
    st.uuids(),
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)),
    st.dates(),
    st.lists(STORABLE),
    st.dictionaries(STORABLE, STORABLE),
)


def round_trip(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    with db.session.begin_nested() as savepoint:
        db.session.execute(
            text(
                "CREATE TEMP TABLE copied (place serial, words text, whole bigint, number float8, truth bool, "
                "key uuid, moment timestamptz, day date, list text[], object json)"
            )
        )
        assert copy_rows("copied", COLUMNS, rows) == len(rows)
        found = db.session.execute(text(f"SELECT {', '.join(COLUMNS)} FROM copied ORDER BY place"))
        result = [tuple(row) for row in found]
        savepoint.rollback()
    return result


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, max_size=5))
def test_every_value_comes_back_as_it_was(rows: list[tuple[Any, ...]]) -> None:
    assert round_trip(rows) == rows


def test_more_rows_than_are_written_at_once() -> None:
    row = (r"\N", 1, 0.5, True, uuid.uuid4(), datetime(2026, 1, 1, tzinfo=UTC), date(2026, 1, 1), ['"', "\\", ""], {})
    assert round_trip([row] * 1201) == [row] * 1201


def test_json_that_is_written_already_is_kept_to_the_letter() -> None:
    written = '{"a":\t1.50,\n "b": "\\u00e0 \\\\"}'
    db.session.execute(text("CREATE TEMP TABLE written (object json)"))
    copy_rows("written", ("object",), [(written,)])
    assert db.session.scalar(text("SELECT object::text FROM written")) == written
    assert db.session.scalar(text("SELECT object FROM written")) == json.loads(written)
