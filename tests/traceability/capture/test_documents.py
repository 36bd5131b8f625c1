"""Documents over HTTP: accepted, captured by a job, all or what is good of them."""

import pytest
from sqlalchemy import select

from core.db import db
from tests.traceability.capture.conftest import Program, count_events
from traceability.capture.models import CaptureContent, CaptureJob
from traceability.capture.usecases import LARGEST_DOCUMENT, MOST_EVENTS
from traceability.journal.models import EpcisEvent


def test_a_document_is_accepted_and_captured_by_a_job(program: Program) -> None:
    answer = program.post("/capture", program.document(program.event(1), program.event(2)))
    assert answer.status_code == 202 and answer.headers["GS1-Capture-Error-Behaviour"] == "rollback"
    waiting = program.get(answer.headers["Location"]).get_json()
    assert waiting["running"] and waiting["success"] and waiting["errors"] == [] and "finishedAt" not in waiting
    assert count_events() == 0
    state = program.captured(program.document(program.event(3)))
    assert state["success"] and state["capturedCount"] == 1 and state["captureErrorBehaviour"] == "rollback"
    assert state["createdAt"] <= state["finishedAt"]
    assert count_events() == 3


def test_events_are_kept_as_they_came_and_belong_to_the_token_s_producer(program: Program) -> None:
    event = program.event(1) | {"example:note": "Nhãn  lồng", "readPoint": {"id": "urn:uuid:1", "example:x": 1.50}}
    document = program.document(event, **{"@context": ["https://example.org/c", {"example": "https://example.org/"}]})
    program.captured(document)
    [row] = db.session.scalars(select(EpcisEvent)).all()
    assert row.payload == {"eventID": row.event_hash, **event}
    assert row.context == ["https://example.org/c", {"example": "https://example.org/"}]
    assert row.producer_id == program.farm.producer.id and row.captured_by == program.farm.user.id
    assert row.biz_step == "inspecting" and row.record_time > row.event_time


def test_one_bad_event_stops_the_document(program: Program) -> None:
    bad = program.event(2, bizStep="dancing")
    state = program.captured(program.document(program.event(1), bad, program.event(3)))
    assert not state["success"] and state["capturedCount"] == 0 and state["errorCount"] == 1
    [error] = state["errors"]
    assert error["type"] == "epcisException:ValidationException" and error["status"] == 400
    assert error["instance"] == "#/epcisBody/eventList/1/bizStep" and error["eventIndex"] == 1
    assert "dancing" in error["detail"]
    assert count_events() == 0


def test_the_good_events_are_captured_where_the_caller_says_proceed(program: Program) -> None:
    bad = program.event(2, bizStep="dancing")
    state = program.captured(
        program.document(program.event(1), bad, program.event(3)), GS1_Capture_Error_Behaviour="proceed"
    )
    assert not state["success"] and state["capturedCount"] == 2 and state["errorCount"] == 1
    assert state["captureErrorBehaviour"] == "proceed"
    assert count_events() == 2


@pytest.mark.parametrize("behaviour", ["rollback", "proceed"])
def test_all_errors_are_counted_and_the_first_hundred_told(program: Program, behaviour: str) -> None:
    events = [program.event(number, action="LOOK") for number in range(620)]
    state = program.captured(program.document(*events, program.event(999)), GS1_Capture_Error_Behaviour=behaviour)
    assert state["errorCount"] == 620 and len(state["errors"]) == 100
    assert [error["eventIndex"] for error in state["errors"]] == list(range(100))
    assert state["processedCount"] == state["eventCount"] == 621
    assert state["capturedCount"] == count_events() == (1 if behaviour == "proceed" else 0)


def test_query_documents_and_bare_events_are_captured_too(program: Program) -> None:
    results = {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": [program.event(1)]}}
    query_document = program.document(type="EPCISQueryDocument", epcisBody={"queryResults": results})
    bare = program.event(2) | {"@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"}
    assert program.captured(query_document)["success"]
    assert program.captured(bare)["success"]
    assert count_events() == 2


def test_a_document_without_events_is_nothing_to_do(program: Program) -> None:
    state = program.captured(program.document())
    assert state["success"] and state["eventCount"] == 0


def test_master_data_stays_with_the_job_and_the_text_does_not(program: Program) -> None:
    place = {"id": "https://id.gs1.org/414/9521000000015", "attributes": [{"id": "cbvmda:name", "attribute": "Đồi"}]}
    header = {
        "epcisMasterData": {
            "vocabularyList": [{"type": "urn:epcglobal:epcis:vtype:BusinessLocation", "vocabularyElementList": [place]}]
        }
    }
    assert program.captured(program.document(program.event(1), epcisHeader=header))["success"]
    job = db.session.scalars(select(CaptureJob)).one()
    assert job.document["epcisHeader"] == header and job.document["epcisBody"] == {"eventList": []}
    assert db.session.scalars(select(CaptureContent.position)).all() == []


def test_the_limits_are_told_to_whoever_asks(program: Program) -> None:
    answer = program.client.options("/epcis/v2/capture")
    assert answer.status_code == 204
    assert answer.headers["GS1-EPCIS-Capture-Limit"] == str(MOST_EVENTS)
    assert answer.headers["GS1-EPCIS-Capture-File-Size-Limit"] == str(LARGEST_DOCUMENT)
    assert answer.headers["GS1-Capture-Error-Behaviour"] == "rollback, proceed"
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_jobs_are_listed_newest_first_page_by_page(program: Program) -> None:
    made = [
        program.post("/capture", program.document(program.event(number))).headers["Location"].rsplit("/", 1)[1]
        for number in range(5)
    ]
    path, found = "/capture?perPage=2", []
    while path:
        answer = program.get(path)
        assert answer.status_code == 200 and len(answer.get_json()) <= 2
        found += [job["captureID"] for job in answer.get_json()]
        link = answer.headers.get("Link", "")
        assert not link or 'rel="next"' in link
        path = link.partition(">")[0].removeprefix("<http://localhost")
    assert found == made[::-1]


@pytest.mark.parametrize("query", ["perPage=0", "perPage=x", "perPage=-1", "perPage=١", "nextPageToken=%27%3B--"])
def test_a_page_that_makes_no_sense_is_a_problem(program: Program, query: str) -> None:
    answer = program.get(f"/capture?{query}")
    assert answer.status_code == 400
    assert answer.get_json()["type"] == "epcisException:QueryParameterException"
