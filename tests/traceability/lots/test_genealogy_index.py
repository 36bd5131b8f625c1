"""The index of the journal that genealogy reads: whatever is captured, it finds what the journal's own tables say."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from app import create_app
from bench import bare_genealogy
from core.config import Settings
from core.db import db, new_id
from core.outbox.registry import subscribers_of
from tests.support.databases import TestDatabases
from tests.traceability.histories import STEM, Amount, crate, day, declared_wrong, lot, make_event, packed, transformed
from traceability.journal.events import EventsCaptured
from traceability.lots.genealogy import Row, read_trace
from traceability.lots.genealogy_ends import count_differences, leave_out_declared_wrong
from traceability.lots.genealogy_rules import Direction, EdgeKind
from traceability.lots.handlers import leave_out_of_genealogy

LOTS = tuple(lot(name) for name in "ABC")
ITEMS = tuple(f"{STEM}/01/09521999000015/21/{serial}" for serial in ("S1", "S2"))
CRATES = tuple(crate(number) for number in (1, 2))
THINGS = (*LOTS, *ITEMS, *CRATES, f"{STEM}/01/09521999000022")
BARE: dict[Direction, Any] = {
    "forward": text(bare_genealogy.FORWARD),
    "back": text(bare_genealogy.BACK),
}
KINDS = {
    "TransformationEvent": EdgeKind.TRANSFORMATION,
    "AggregationEvent": EdgeKind.AGGREGATION,
    None: EdgeKind.ITEM_OF_LOT,
}


class Told(NamedTuple):
    """An event as somebody captures it: what goes in, what it goes into, and whether it was an error."""

    kind: str
    into: tuple[Amount, ...]
    parts: tuple[Amount, ...]
    on: int
    run: str | None
    wrong: str


amounts = st.sampled_from(THINGS).flatmap(
    lambda uri: st.sampled_from([uri, (uri, 1), (uri, 2)]) if "/10/" in uri else st.just(uri)
)
several = st.lists(amounts, max_size=2).map(tuple)
days = st.integers(1, 4)
wrongs = st.sampled_from(["", "", "", "", "said before", "said after"])
runs = st.sampled_from([None, None, "run-1", "run-2"])
tellings = st.one_of(
    st.builds(Told, st.just("transform"), several, several, days, runs, wrongs),
    st.builds(
        Told,
        st.sampled_from(["ADD", "ADD", "OBSERVE", "DELETE"]),
        st.sampled_from(CRATES).map(lambda uri: (uri,)),
        several,
        days,
        st.none(),
        wrongs,
    ),
    st.builds(
        Told,
        st.sampled_from(["number", "associate", "sell"]),
        st.sampled_from(LOTS).map(lambda uri: (uri,)),
        st.sampled_from(ITEMS).map(lambda uri: (uri,)),
        days,
        st.none(),
        wrongs,
    ),
)


def capture(told: Told) -> None:
    """Write it as a row of the journal; what was wrong is declared so before or afterwards."""
    key = f"urn:uuid:{new_id()}"
    names = {"event_id": key, "event_hash": key}
    if told.wrong == "said before":
        make_event([], **names, error_declared_at=day(300))
    if told.kind == "transform":
        transformed(told.parts, told.into, told.on, run=told.run, **names)
    elif told.kind == "number":
        (of_lot,), (item,) = told.into, told.parts
        make_event([("epc", item, None, None, of_lot)], action="ADD", event_time=day(told.on), **names)
    elif told.kind in ("associate", "sell"):
        kind = "AssociationEvent" if told.kind == "associate" else "TransactionEvent"
        rows = [("parent", told.into[0]), ("child", told.parts[0])]
        make_event(rows, event_type=kind, action="ADD", event_time=day(told.on), **names)
    else:
        packed(str(told.into[0]), told.parts, told.on, action=told.kind, **names)
    if told.wrong == "said after":
        make_event([], **names, error_declared_at=day(300))


def read(uri: str, direction: Direction) -> set[tuple[object, ...]]:
    """The edges as genealogy reads them."""
    found = read_trace(uri, [direction], limit=4000, party=None)
    assert not found.truncated
    return {(*row[:6], moment_of(row), row.biz_step, row.quantity, row.unit_of_measure) for row in found.rows}


def moment_of(row: Row) -> datetime | None:
    return datetime.fromisoformat(row.event_time.strip('"')) if row.event_time else None


def read_bare(uri: str, direction: Direction) -> set[tuple[object, ...]]:
    """The edges as the journal's own tables have them, in the same form."""
    rows = db.session.execute(BARE[direction], {"identifiers": [uri], "since": ["-infinity"], "most": 4002})
    return {
        (
            *(row.source, row.target, *map(text_of, (row.source_event, row.target_event))),
            *(KINDS[row.event_type], text_of(row.event_uri), row.event_time),
            *(text_of(row.biz_step), text_of(row.quantity), text_of(row.unit_of_measure)),
        )
        for row in rows
    }


def text_of(value: object) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


@settings(max_examples=75, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(tellings, min_size=2, max_size=10))
def test_it_says_what_the_journal_says(session: scoped_session[Session], history: list[Told]) -> None:
    savepoint = db.session.begin_nested()
    try:
        for told in history:
            capture(told)
        for direction in BARE:
            for uri in THINGS:
                assert read(uri, direction) == read_bare(uri, direction)
        assert count_differences() == (0, 0)
    finally:
        savepoint.rollback()


@pytest.fixture
def site(databases: TestDatabases, make_settings: Callable[..., Settings]) -> Iterator[Flask]:
    """The application on a database of its own, in which transactions are real."""
    app = create_app(make_settings(databases.clone()))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("told_by", ["event", "declaration"])
def test_an_event_is_left_out_that_is_declared_wrong_while_it_is_captured(site: Flask, told_by: str) -> None:
    """Neither transaction sees the other, whichever ends first."""
    with site.app_context():
        event = packed(CRATES[0], [LOTS[0]], 1)
        told, event_id = event.id, event.event_id
        with site.app_context():
            declaration = make_event([], event_id=event_id, event_hash=event_id, error_declared_at=day(300))
            told = declaration.id if told_by == "declaration" else told
            db.session.commit()
        db.session.commit()
        assert count_differences() == (0, 2)
        leave_out_declared_wrong(first_id=told, last_id=told)
        db.session.commit()
        assert count_differences() == (0, 0)
        assert read(LOTS[0], "forward") == set()


def test_what_is_captured_together_with_a_declaration_stays(session: scoped_session[Session]) -> None:
    kept, wrong = packed(CRATES[0], [LOTS[0]], 1), packed(CRATES[0], [LOTS[0]], 2)
    last = declared_wrong(wrong)
    leave_out_declared_wrong(first_id=kept.id, last_id=last.id)
    assert {row[5] for row in read(LOTS[0], "forward")} == {kept.event_id}


def test_the_relay_hears_of_captured_events() -> None:
    assert f"{leave_out_of_genealogy.__module__}.leave_out_of_genealogy" in subscribers_of(EventsCaptured.__name__)


def test_the_command_finds_and_repairs_what_is_off(site: Flask) -> None:
    runner = site.test_cli_runner()
    with site.app_context():
        packed(CRATES[0], [LOTS[0], LOTS[1]], 1)
        db.session.commit()
        assert runner.invoke(args=["epcis", "check-genealogy"]).output == "0 missing, 0 too many\n"
        db.session.execute(text("DELETE FROM genealogy_ends WHERE side = 'out'"))
        db.session.execute(text("UPDATE genealogy_ends SET position = position + 10 WHERE position = 1"))
        db.session.commit()
        found = runner.invoke(args=["epcis", "check-genealogy"])
        assert (found.exit_code, found.output) == (1, "2 missing, 1 too many\n")
        repaired = runner.invoke(args=["epcis", "check-genealogy", "--repair"])
        assert (repaired.exit_code, repaired.output) == (0, "2 missing, 1 too many, repaired\n")
        db.session.rollback()
        assert count_differences() == (0, 0)


def test_many_rows_at_once_are_indexed_like_one_by_one(session: scoped_session[Session]) -> None:
    """A statement that writes the identifiers of many events, as COPY and bulk loads do."""
    events = [transformed([], [], number, run=f"run-{number % 3}") for number in range(30)]
    rows = [
        {"event": event.id, "position": place, "role": role, "identifier": lot(f"{role}{number % 7}")}
        for number, event in enumerate(events)
        for place, role in enumerate(("input", "output"))
    ]
    db.session.execute(
        text(
            "INSERT INTO epcis_event_identifiers (event_id, position, role, identifier) "
            "SELECT * FROM jsonb_to_recordset(:rows) AS r (event uuid, position int, role text, identifier text)"
        ),
        {"rows": json.dumps(rows, default=str)},
    )
    assert count_differences() == (0, 0)
    assert db.session.scalar(text("SELECT count(*) FROM genealogy_ends")) == len(rows)
