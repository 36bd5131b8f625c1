"""Tables of capture jobs."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Model, Nfc, UtcDateTime, new_id, utc_now


class ErrorBehaviour(StrEnum):
    """What becomes of the good events of a document that has bad ones (EPCIS 2.0 §12, GS1-Capture-Error-Behaviour)."""

    ROLLBACK = "rollback"
    PROCEED = "proceed"


class CaptureJob(Model):
    """One document on its way into the journal.

    `document` is everything of it but its events: its context, its header with master data, who sent it. `party` is
    on whose behalf it was accepted, with their rights at that moment. `processed_count` events have been looked at so
    far, `stored_count` of them are in the journal for good. Of `error_count` errors the first are kept in `errors`.
    """

    __tablename__ = "capture_jobs"
    __table_args__ = (
        CheckConstraint("error_behaviour IN ('rollback', 'proceed')", name="error_behaviour_known"),
        CheckConstraint("stored_count <= processed_count AND processed_count <= event_count", name="counts_in_order"),
        Index("ix_capture_jobs_captured_by", "captured_by", "id"),
        Index("ix_capture_jobs_token_id", "token_id", "id"),
        Index("ix_capture_jobs_producer_ids", "producer_ids", postgresql_using="gin"),
        Index("ix_capture_jobs_running", "progress_at", postgresql_where=text("finished_at IS NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    progress_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    error_behaviour: Mapped[ErrorBehaviour] = mapped_column(Nfc(8))
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    event_count: Mapped[int]
    processed_count: Mapped[int] = mapped_column(default=0)
    stored_count: Mapped[int] = mapped_column(default=0)
    error_count: Mapped[int] = mapped_column(default=0)
    errors: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    captured_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    token_id: Mapped[uuid.UUID | None]
    producer_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid), default=list)
    party: Mapped[dict[str, Any]] = mapped_column(JSON)


class CaptureContent(Model):
    """A piece of the text of a job's document, kept until the job has finished."""

    __tablename__ = "capture_contents"

    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("capture_jobs.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
