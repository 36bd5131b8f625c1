"""The journal: what goes in, once and for ever."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from core.accounts import ANONYMOUS
from core.db import db
from core.errors import Refused
from tests.traceability.farm import make_farm
from traceability.epcis.event_builders import object_event
from traceability.epcis.hashing import event_hash
from traceability.gs1.identifiers import normalise_sscc
from traceability.journal.errors import DuplicateEvent, InvalidEvent
from traceability.journal.identifiers import lot_identifier
from traceability.journal.models import EpcisEventIdentifier
from traceability.journal.queries import events_of
from traceability.journal.usecases import capture_event, issue_sscc

pytestmark = pytest.mark.usefixtures("session")
LOT = "http://localhost:8000/01/09521000000018/10/L-1"


def seen(**values: object) -> dict[str, object]:
    event = object_event(
        action="OBSERVE", epc_list=[LOT], event_time=datetime(2026, 9, 15, 5, tzinfo=UTC), biz_step="inspecting"
    )
    return {**event, **values}


def test_an_event_gets_its_hash_and_is_found_by_what_it_is_about() -> None:
    farm = make_farm()
    event = capture_event(actor=farm.actor, event=seen())
    assert event.event_id == event.event_hash == event_hash(seen())
    assert event.payload["eventID"] == event.event_hash
    assert event.event_time == datetime(2026, 9, 15, 5, tzinfo=UTC)
    assert events_of(lot_identifier("09521000000018", "L-1")) == [event]


def test_the_address_of_the_site_does_not_matter_for_finding() -> None:
    farm = make_farm()
    capture_event(actor=farm.actor, event=seen(epcList=["https://other.example/01/09521000000018/10/L-1"]))
    identifiers = list(db.session.scalars(select(EpcisEventIdentifier.identifier)))
    assert identifiers == ["https://id.gs1.org/01/09521000000018/10/L-1"]


def test_the_same_event_twice_is_a_conflict_and_one_row() -> None:
    farm = make_farm()
    capture_event(actor=farm.actor, event=seen())
    with pytest.raises(DuplicateEvent) as refusal:
        capture_event(actor=farm.actor, event=seen(eventID="urn:uuid:0199f000-0000-7000-8000-000000000001"))
    assert refusal.value.http_status == 409
    assert len(events_of(lot_identifier("09521000000018", "L-1"))) == 1


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"type": "HappyEvent"}, "/type"),
        ({"eventTime": "2026-09-15T05:00:00"}, "/eventTime"),
        ({"eventTime": "yesterday"}, "/eventTime"),
        ({"eventTime": None}, "/eventTime"),
        ({"eventTimeZoneOffset": "7"}, "/eventTimeZoneOffset"),
        ({"action": "LOOK"}, "/action"),
        ({"ilmd": {"cbvmda:lotNumber": "L-1"}}, "/ilmd"),
    ],
)
def test_what_is_no_event_is_refused_and_the_field_named(values: dict[str, object], pointer: str) -> None:
    with pytest.raises(InvalidEvent) as refusal:
        capture_event(actor=make_farm().actor, event=seen(**values))
    assert refusal.value.field == pointer


def test_nobody_writes_without_an_account() -> None:
    with pytest.raises(Refused):
        capture_event(actor=ANONYMOUS, event=seen())


@pytest.mark.parametrize("table", ["epcis_events", "epcis_event_identifiers"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_database_refuses_every_change(table: str, statement: str) -> None:
    capture_event(actor=make_farm().actor, event=seen())
    change = "biz_step = 'shipping'" if table == "epcis_events" else "role = 'parent'"
    with pytest.raises(IntegrityError, match="append-only"):
        db.session.execute(text(statement.format(table, change)))


def test_events_come_in_the_order_they_happened() -> None:
    farm = make_farm()
    for hour in (9, 3, 6):
        capture_event(actor=farm.actor, event=seen(eventTime=f"2026-09-15T0{hour}:00:00.000Z"))
    times = [event.event_time.hour for event in events_of(lot_identifier("09521000000018", "L-1"))]
    assert times == [3, 6, 9]


def test_numbers_of_parcels_are_valid_and_never_the_same() -> None:
    numbers = [issue_sscc() for _ in range(20)]
    assert len(set(numbers)) == 20
    assert all(normalise_sscc(number) == number and re.fullmatch("09521[0-9]{13}", number) for number in numbers)
