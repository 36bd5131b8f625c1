"""The work of a capture job: events into the journal, batch by batch, however often it is begun.

A job may be killed anywhere and sent again. With `proceed` each batch is stored in one transaction with the note of
how far the job has come, so it goes on after the last one. With `rollback` all events and the end of the job are one
transaction, so it starts again from nothing.
"""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog
from psycopg.errors import DeadlockDetected
from sqlalchemy import func, select, update

from core.db import atomic, db, separately, utc_now
from traceability.capture.batches import BATCH_SIZE, Batch, conflict_errors, prepared_batches
from traceability.capture.contents import copy_content, forget_content, temporary_file
from traceability.capture.errors import MOST_KEPT, ErrorKind, EventError
from traceability.capture.models import CaptureJob, ErrorBehaviour
from traceability.capture.on_behalf import party_of_job
from traceability.capture.read_ahead import read_ahead
from traceability.epcis.documents import stream_events
from traceability.epcis.errors import Problem
from traceability.gs1.errors import N_
from traceability.journal.storing import store_events

log = structlog.get_logger("capture")

MOST_ATTEMPTS: Final = 5
STALLED_AFTER: Final = timedelta(minutes=2)
"""A job without progress for so long has no worker any more: its message, or the worker, was lost."""

_GIVEN_UP: Final = N_("This could not be captured because of a fault on our side. Please send it again.")


@dataclass(slots=True)
class _Outcome:
    """What has become of the events so far."""

    processed: int = 0
    stored: int = 0
    error_count: int = 0
    errors: list[EventError] = field(default_factory=list)

    def add_errors(self, errors: list[EventError]) -> None:
        self.error_count += len(errors)
        self.errors += errors[: MOST_KEPT - len(self.errors)]


class _Abandoned(Exception):
    """Nothing of the document is stored, because something in it is wrong."""


def run_job(job_id: uuid.UUID) -> None:
    """Do the work of a job, or what is left of it; a job that has finished, or is being done, is left alone."""
    for _ in range(MOST_ATTEMPTS):
        job = _begin(job_id)
        if job is None:
            return
        try:
            with _batches(job) as batches:
                if job.error_behaviour == ErrorBehaviour.ROLLBACK:
                    _store_all_or_nothing(job, batches)
                else:
                    _store_what_is_good(job, batches)
            return
        except DeadlockDetected:
            # Two documents with the same events in another order: the database has undone ours; now it is our turn.
            log.info("capture begun again after a deadlock", job_id=str(job_id))


def stalled_jobs() -> list[uuid.UUID]:
    """The jobs that nobody is working on although they have not finished."""
    statement = select(CaptureJob.id).where(
        CaptureJob.finished_at.is_(None), CaptureJob.progress_at < utc_now() - STALLED_AFTER
    )
    return list(db.session.scalars(statement.order_by(CaptureJob.id).limit(100)))


def _begin(job_id: uuid.UUID) -> CaptureJob | None:
    """The job if there is work left; after too many attempts that came to nothing, it ends here."""
    with atomic():
        job = db.session.get(CaptureJob, job_id, with_for_update=True, populate_existing=True)
        if job is None or job.finished_at is not None:
            return None
        job.attempts += 1
        job.progress_at = utc_now()
        if job.attempts > MOST_ATTEMPTS:
            given_up = EventError(job.processed_count, ErrorKind.OURS, Problem("", _GIVEN_UP))
            job.errors = [*job.errors, given_up.as_json()]
            job.error_count += 1
            _end(job)
            return None
        db.session.flush()
        db.session.expunge(job)
        return job


def _end(job: CaptureJob) -> None:
    job.finished_at = utc_now()
    forget_content(job.id)


@contextmanager
def _batches(job: CaptureJob) -> Iterator[Iterator[Batch]]:
    """The batches of the job's document that are still to be done."""
    first = job.processed_count if job.error_behaviour == ErrorBehaviour.PROCEED else 0
    with temporary_file() as file:
        with atomic():
            copy_content(job.id, file)
        head, events = stream_events(file, read_before=True)
        batches = prepared_batches(events, head=head, party=party_of_job(job), first=first)
        several = job.event_count - first > BATCH_SIZE
        with closing(read_ahead(batches) if several else batches) as ready:
            yield ready


def _store_what_is_good(begun: CaptureJob, batches: Iterable[Batch]) -> None:
    """Store batch after batch, each with the note that it is done."""
    job_id, party = begun.id, party_of_job(begun)
    for batch in batches:
        with atomic():
            job = _locked(job_id)
            if job.finished_at is not None or job.processed_count != batch.first:
                return  # somebody else is at it, and further
            stored = store_events(party=party, events=batch.prepared)
            errors = batch.errors + conflict_errors(stored.unstored)
            job.errors = [*job.errors, *(error.as_json() for error in errors)][:MOST_KEPT]
            job.error_count += len(errors)
            job.stored_count += len(stored.ids)
            job.processed_count += batch.count
            job.progress_at = utc_now()
            job.attempts = 1
    with atomic():
        job = _locked(job_id)
        if job.finished_at is None and job.processed_count == job.event_count:
            _end(job)


def _store_all_or_nothing(begun: CaptureJob, batches: Iterator[Batch]) -> None:
    """Store all batches in one transaction; at the first error undo it, and only look what else is wrong."""
    job_id, party, outcome = begun.id, party_of_job(begun), _Outcome()
    try:
        with atomic():
            if not _is_ours(job_id):
                return
            for batch in batches:
                _look_at(batch, outcome)
                if not outcome.error_count:
                    stored = store_events(party=party, events=batch.prepared)
                    outcome.stored += len(stored.ids)
                    outcome.add_errors(conflict_errors(stored.unstored))
                if outcome.error_count:
                    raise _Abandoned
                if outcome.processed < begun.event_count:
                    _tell(job_id, outcome)
            if not _finish(job_id, outcome):
                raise _Abandoned
            return
    except _Abandoned:
        outcome.stored = 0
    _tell(job_id, outcome)
    for batch in batches:
        _look_at(batch, outcome)
        _tell(job_id, outcome)
    with atomic():
        _finish(job_id, outcome)


def _look_at(batch: Batch, outcome: _Outcome) -> None:
    outcome.processed += batch.count
    outcome.add_errors(batch.errors)


def _is_ours(job_id: uuid.UUID) -> bool:
    """Whether no other worker is at this job; until the end of the transaction none will be."""
    lock = select(func.pg_try_advisory_xact_lock(func.hashtextextended(str(job_id), 0)))
    if not db.session.scalar(lock):
        return False
    finished_at = db.session.scalar(select(CaptureJob.finished_at).where(CaptureJob.id == job_id))
    return finished_at is None


def _tell(job_id: uuid.UUID, outcome: _Outcome) -> None:
    """Let everybody see how far the job is, while its transaction is still open."""
    with separately() as session:
        session.execute(
            update(CaptureJob)
            .where(CaptureJob.id == job_id, CaptureJob.finished_at.is_(None))
            .values(
                processed_count=outcome.processed,
                error_count=outcome.error_count,
                errors=[error.as_json() for error in outcome.errors],
                progress_at=utc_now(),
            )
        )


def _finish(job_id: uuid.UUID, outcome: _Outcome) -> bool:
    """Note the end; false when the job was ended by somebody else meanwhile."""
    job = _locked(job_id)
    if job.finished_at is not None:
        return False
    job.processed_count = outcome.processed
    job.stored_count = outcome.stored
    job.error_count = outcome.error_count
    job.errors = [error.as_json() for error in outcome.errors]
    _end(job)
    return True


def _locked(job_id: uuid.UUID) -> CaptureJob:
    return db.session.get_one(CaptureJob, job_id, with_for_update=True, populate_existing=True)
