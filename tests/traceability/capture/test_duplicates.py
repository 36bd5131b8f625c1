"""The same event twice is one row, wherever and whenever the second comes."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from app import create_app
from core.accounts import ANONYMOUS
from core.config import Settings
from core.db import atomic, db, utc_now
from tests.support.databases import TestDatabases
from tests.traceability.capture.conftest import Program, count_events
from traceability.journal.parties import Party
from traceability.journal.preparing import PreparedEvent, prepare_event
from traceability.journal.storing import Conflict, store_events

ID = "urn:uuid:0199f000-0000-7000-8000-000000000001"
DECLARED = {"declarationTime": "2026-06-01T00:00:00Z", "reason": "incorrect_data"}


def test_twins_in_a_document(program: Program) -> None:
    twins = program.document(program.event(1), program.event(2), program.event(1))
    state = program.captured(twins, GS1_Capture_Error_Behaviour="proceed")
    assert state["capturedCount"] == count_events() == 2
    [error] = state["errors"]
    assert error["type"] == "epcisException:ResourceAlreadyExistsException"
    assert error["instance"] == "#/epcisBody/eventList/2" and error["status"] == 409


def test_a_document_twice(program: Program) -> None:
    document = program.document(*(program.event(number) for number in range(600)))
    assert program.captured(document)["success"]
    again = program.captured(document, GS1_Capture_Error_Behaviour="proceed")
    assert again["capturedCount"] == 0 and again["errorCount"] == 600
    assert not program.captured(document)["success"]
    assert count_events() == 600


def test_another_spelling_or_id_makes_no_other_event(program: Program) -> None:
    program.captured(program.document(program.event(1)))
    spelt = program.event(1, eventID=ID, bizStep="https://ref.gs1.org/cbv/BizStep-inspecting")
    state = program.captured(program.document(spelt))
    assert state["errors"][0]["status"] == 409 and count_events() == 1


@pytest.mark.parametrize("in_one_document", [True, False])
def test_an_id_that_is_taken_by_another_event(program: Program, in_one_document: bool) -> None:
    first, second = program.event(1, eventID=ID), program.event(2, eventID=ID)
    if in_one_document:
        state = program.captured(program.document(first, second), GS1_Capture_Error_Behaviour="proceed")
    else:
        program.captured(program.document(first))
        state = program.captured(program.document(second))
    [error] = state["errors"]
    assert error["status"] == 409 and "eventID" in error["detail"]
    assert count_events() == 1


def test_a_declaration_stands_beside_its_original_once(program: Program) -> None:
    declaration = program.event(1, eventID=ID, errorDeclaration=DECLARED)
    assert program.captured(program.document(program.event(1, eventID=ID), declaration))["success"]
    assert not program.captured(program.document(declaration))["success"]
    later = program.event(1, eventID=ID, errorDeclaration=DECLARED | {"declarationTime": "2026-06-02T00:00:00Z"})
    assert program.captured(program.document(later))["success"]
    assert count_events() == 3


def test_a_declaration_may_come_before_its_original(program: Program) -> None:
    assert program.captured(program.document(program.event(1, eventID=ID, errorDeclaration=DECLARED)))["success"]
    assert program.captured(program.document(program.event(1, eventID=ID)))["success"]
    assert count_events() == 2


@pytest.mark.parametrize("declaration_first", [True, False])
def test_a_declaration_repeats_its_original_exactly(program: Program, declaration_first: bool) -> None:
    pair = [program.event(1, eventID=ID), program.event(2, eventID=ID, errorDeclaration=DECLARED)]
    if declaration_first:
        pair.reverse()
    assert program.captured(program.document(pair[0]))["success"]
    state = program.captured(program.document(pair[1]))
    assert state["errors"][0]["status"] == 409 and count_events() == 1


@pytest.fixture
def committing_app(databases: TestDatabases, make_settings: Callable[..., Settings]) -> Iterator[Flask]:
    """An application on a database of its own, where what is committed stays."""
    app = create_app(make_settings(databases.clone()))
    app.extensions["celery"].conf.update(broker_url="memory://", broker_transport_options={})
    yield app
    with app.app_context():
        db.engine.dispose()


def prepared(number: int) -> PreparedEvent:
    event = {
        "type": "ObjectEvent",
        "eventTime": f"2026-05-01T00:{number // 60:02d}:{number % 60:02d}Z",
        "eventTimeZoneOffset": "+07:00",
        "action": "OBSERVE",
        "epcList": [f"https://id.gs1.org/01/09521000000018/21/{number}"],
    }
    return prepare_event(event, raw=json.dumps(event), now=utc_now())


def test_the_same_events_from_several_connections_at_once(committing_app: Flask) -> None:
    events = [prepared(number) for number in range(200)]
    workers = 6
    together = Barrier(workers)

    def store(worker: int) -> tuple[int, int]:
        with committing_app.app_context():
            # In one order: two that wait for each other in turn are a deadlock, which is the job's affair.
            mine = events[worker * 20 : worker * 20 + 100]
            together.wait()
            with atomic():
                stored = store_events(party=Party(ANONYMOUS), events=mine)
            assert all(each.conflict is Conflict.DUPLICATE for each in stored.unstored)
            return len(stored.ids), len(stored.unstored)

    with ThreadPoolExecutor(workers) as pool:
        results = list(pool.map(store, range(workers)))
    with committing_app.app_context():
        assert count_events() == 200 == sum(new for new, _ in results)
        db.session.remove()
    assert all(new + known == 100 for new, known in results)
