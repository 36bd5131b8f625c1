"""The index of the journal that genealogy reads: whatever is captured, it finds what the journal's own tables say."""

from datetime import datetime
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from bench import bare_genealogy
from core.db import db, new_id
from tests.traceability.histories import STEM, Amount, crate, day, lot, make_event, packed, transformed
from traceability.lots.genealogy import Row, read_trace
from traceability.lots.genealogy_rules import Direction, EdgeKind

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
DIFFERENCES = text(
    """
    (SELECT 'missing', d.* FROM (TABLE genealogy_ends_of_journal EXCEPT ALL
        SELECT joining, side, event_id, position, identifier, role, event_uri, event_time, biz_step, quantity,
               unit_of_measure FROM genealogy_ends) AS d)
    UNION ALL
    (SELECT 'surplus', d.* FROM (SELECT joining, side, event_id, position, identifier, role, event_uri, event_time,
               biz_step, quantity, unit_of_measure FROM genealogy_ends EXCEPT ALL TABLE genealogy_ends_of_journal) AS d)
    """
)


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


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(tellings, min_size=2, max_size=10))
def test_it_says_what_the_journal_says(session: scoped_session[Session], history: list[Told]) -> None:
    savepoint = db.session.begin_nested()
    try:
        for told in history:
            capture(told)
        for direction in BARE:
            for uri in THINGS:
                assert read(uri, direction) == read_bare(uri, direction)
        assert db.session.execute(DIFFERENCES).all() == []
    finally:
        savepoint.rollback()
