"""Documents over HTTP: accepted, captured by a job, all or what is good of them."""

from tests.traceability.capture.conftest import Program, count_events


def test_a_document_is_accepted_and_captured_by_a_job(program: Program) -> None:
    answer = program.post("/capture", program.document(program.event(1), program.event(2)))
    assert answer.status_code == 202
    waiting = program.get(answer.headers["Location"]).get_json()
    assert waiting["running"] and waiting["success"] and waiting["errors"] == [] and "finishedAt" not in waiting
    assert count_events() == 0
    state = program.captured(program.document(program.event(3)))
    assert state["success"] and state["capturedCount"] == 1 and state["captureErrorBehaviour"] == "rollback"
    assert count_events() == 3


def test_one_bad_event_stops_the_document(program: Program) -> None:
    bad = program.event(2, bizStep="dancing")
    state = program.captured(program.document(program.event(1), bad, program.event(3)))
    assert not state["success"] and state["capturedCount"] == 0 and state["errorCount"] == 1
    [error] = state["errors"]
    assert error["type"] == "epcisException:ValidationException"
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
