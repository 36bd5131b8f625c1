"""Jobs that are killed, sent twice, lost, or cannot be done at all."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from psycopg.errors import DeadlockDetected
from sqlalchemy import update

from core.db import db, utc_now
from tests.traceability.capture.conftest import Program, count_events, run_waiting_jobs
from traceability.capture import running
from traceability.capture.models import CaptureContent, CaptureJob
from traceability.capture.running import MOST_ATTEMPTS, STALLED_AFTER, run_job, stalled_jobs
from traceability.journal.storing import store_events

EVENTS = 1300
"""Three batches, the last of them not full."""


class Killed(BaseException):
    """The worker is gone."""


def waiting_job(program: Program, behaviour: str, count: int = EVENTS) -> uuid.UUID:
    document = program.document(*(program.event(number) for number in range(count)))
    answer = program.post("/capture", document, GS1_Capture_Error_Behaviour=behaviour)
    return uuid.UUID(answer.headers["Location"].rsplit("/", 1)[1])


def state_of(program: Program, job_id: uuid.UUID) -> dict[str, Any]:
    state: dict[str, Any] = program.get(f"/capture/{job_id}").get_json()
    return state


@pytest.fixture
def fail_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, BaseException], None]:
    """Let the storing of the so many-th batch fail, once."""

    def arrange(number: int, error: BaseException) -> None:
        calls = iter(range(1, 100))

        def store(**arguments: Any) -> Any:
            stored = store_events(**arguments)
            if next(calls) == number:
                raise error
            return stored

        monkeypatch.setattr(running, "store_events", store)

    return arrange


def test_a_job_that_was_killed_goes_on_where_it_was(
    program: Program, fail_at: Callable[[int, BaseException], None]
) -> None:
    job_id = waiting_job(program, "proceed")
    fail_at(2, Killed())
    with pytest.raises(Killed):
        run_job(job_id)
    state = state_of(program, job_id)
    assert state["running"] and state["processedCount"] == state["capturedCount"] == count_events() == 500
    run_job(job_id)
    state = state_of(program, job_id)
    assert state["success"] and not state["running"] and state["capturedCount"] == count_events() == EVENTS


def test_a_job_of_all_or_nothing_that_was_killed_starts_from_nothing(
    program: Program, fail_at: Callable[[int, BaseException], None]
) -> None:
    job_id = waiting_job(program, "rollback")
    fail_at(3, Killed())
    with pytest.raises(Killed):
        run_job(job_id)
    state = state_of(program, job_id)
    assert state["running"] and state["capturedCount"] == count_events() == 0
    run_job(job_id)
    assert state_of(program, job_id)["success"] and count_events() == EVENTS


@pytest.mark.parametrize("behaviour", ["rollback", "proceed"])
def test_a_job_that_is_sent_twice_is_done_once(program: Program, behaviour: str) -> None:
    job_id = waiting_job(program, behaviour, 3)
    run_job(job_id)
    before = state_of(program, job_id)
    run_job(job_id)
    assert state_of(program, job_id) == before and before["success"] and count_events() == 3


def test_how_far_a_job_is_can_be_seen(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = waiting_job(program, "rollback")
    seen = []

    def store(**arguments: Any) -> Any:
        seen.append(db.session.get_one(CaptureJob, job_id, populate_existing=True).processed_count)
        return store_events(**arguments)

    monkeypatch.setattr(running, "store_events", store)
    run_job(job_id)
    assert seen == [0, 500, 1000]


def test_after_a_deadlock_the_job_is_begun_again(
    program: Program, fail_at: Callable[[int, BaseException], None]
) -> None:
    job_id = waiting_job(program, "rollback")
    fail_at(2, DeadlockDetected())
    run_job(job_id)
    assert state_of(program, job_id)["success"] and count_events() == EVENTS


def test_a_job_that_nobody_works_on_is_sent_again(program: Program) -> None:
    job_id = waiting_job(program, "rollback", 1)
    assert stalled_jobs() == []
    db.session.execute(update(CaptureJob).values(progress_at=utc_now() - 2 * STALLED_AFTER))
    assert stalled_jobs() == [job_id]
    run_waiting_jobs()
    assert stalled_jobs() == []


def test_a_job_that_fails_every_time_ends_and_says_so(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = waiting_job(program, "rollback", 2)

    def fail(**arguments: Any) -> Any:
        raise OSError("no space left")

    monkeypatch.setattr(running, "store_events", fail)
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(OSError, match="no space"):
            run_job(job_id)
    run_job(job_id)
    state = state_of(program, job_id)
    assert not state["running"] and not state["success"] and count_events() == 0
    assert state["errors"][-1]["type"] == "epcisException:ImplementationException"
    assert db.session.query(CaptureContent).count() == 0


def test_a_job_that_does_not_exist_is_nothing_to_do(program: Program) -> None:
    run_job(uuid.uuid4())
    assert count_events() == 0
