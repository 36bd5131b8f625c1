"""One event at a time, captured while the caller waits."""

from urllib.parse import unquote

from sqlalchemy import select

from core.db import db
from tests.traceability.capture.conftest import Program, count_events
from traceability.epcis.contexts import EPCIS_CONTEXT
from traceability.epcis.hashing import event_hash
from traceability.journal.models import EpcisEvent


def single(program: Program, number: int = 1, **fields: object) -> dict[str, object]:
    return {"@context": EPCIS_CONTEXT, **program.event(number, **fields)}


def test_an_event_is_captured_and_its_address_told(program: Program) -> None:
    event = single(program)
    answer = program.post("/events", event)
    assert answer.status_code == 201
    prefix, _, event_id = answer.headers["Location"].rpartition("/")
    assert prefix == "/epcis/v2/events" and unquote(event_id) == event_hash(event)
    assert answer.get_json() == {"eventID": event_hash(event), **event}
    assert db.session.scalar(select(EpcisEvent.producer_id)) == program.farm.producer.id


def test_an_event_keeps_the_id_it_came_with(program: Program) -> None:
    event = single(program, eventID="urn:uuid:0199f000-0000-7000-8000-000000000001")
    answer = program.post("/events", event)
    assert answer.status_code == 201 and answer.get_json() == event


def test_the_same_event_twice_is_a_conflict(program: Program) -> None:
    assert program.post("/events", single(program)).status_code == 201
    answer = program.post("/events", single(program))
    assert answer.status_code == 409
    assert answer.get_json()["type"] == "epcisException:ResourceAlreadyExistsException"
    assert count_events() == 1


def test_an_event_needs_its_context(program: Program) -> None:
    answer = program.post("/events", program.event(1))
    assert answer.status_code == 400 and "/@context" in answer.get_json()["detail"]


def test_a_document_is_no_event(program: Program) -> None:
    answer = program.post("/events", program.document(program.event(1)))
    assert answer.status_code == 400 and "/epcis/v2/capture" in answer.get_json()["detail"]
    assert count_events() == 0
