"""Reads of capture jobs."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import defer

from core.db import db
from core.errors import NotFound
from traceability.capture.models import CaptureJob
from traceability.capture.policies import is_job_of
from traceability.journal.parties import Party

_WITHOUT_DOCUMENT = (defer(CaptureJob.document, raiseload=True), defer(CaptureJob.party, raiseload=True))


def get_job(party: Party, job_id: uuid.UUID) -> CaptureJob:
    """The job; raises NotFound when there is none or it is not the party's."""
    statement = select(CaptureJob).where(CaptureJob.id == job_id, is_job_of(party)).options(*_WITHOUT_DOCUMENT)
    job = db.session.scalar(statement)
    if job is None:
        raise NotFound
    return job


def list_jobs(party: Party, *, before: uuid.UUID | None, limit: int) -> Sequence[CaptureJob]:
    """The newest `limit` jobs of the party that are older than the job `before`, newest first."""
    statement = select(CaptureJob).where(is_job_of(party)).options(*_WITHOUT_DOCUMENT)
    if before is not None:
        statement = statement.where(CaptureJob.id < before)
    return db.session.scalars(statement.order_by(CaptureJob.id.desc()).limit(limit)).all()
