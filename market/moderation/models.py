"""Tables of reported content and what was decided about it."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Nfc, UtcDateTime, new_id, utc_now


class ContentKind(StrEnum):
    """What can be reported."""

    REVIEW = "review"
    REVIEW_ANSWER = "review_answer"
    QUESTION = "question"
    QUESTION_ANSWER = "question_answer"


class ReportReason(StrEnum):
    """Why somebody reports it."""

    INSULT = "insult"
    ADVERTISEMENT = "advertisement"
    UNTRUE = "untrue"
    PRIVATE = "private"
    OTHER = "other"


class CaseStatus(StrEnum):
    """How far a case is; the transitions are in `rules.py`."""

    OPEN = "open"
    HIDDEN = "hidden"
    KEPT = "kept"


class Decision(StrEnum):
    """What an officer does about a case."""

    HIDE = "hide"
    KEEP = "keep"
    RESTORE = "restore"


class Moderated:
    """The column of everything that can be hidden: set, nobody but its author and the officers see it."""

    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ModerationCase(Model):
    """One piece of content that was reported, at most one case each.

    `content_id` is the key in the table of its kind; what is written is never removed, so it stays there. `reason` is
    what the author was told when it was hidden last.
    """

    __tablename__ = "moderation_cases"
    __table_args__ = (
        UniqueConstraint("content_kind", "content_id"),
        CheckConstraint(
            "content_kind IN ('review', 'review_answer', 'question', 'question_answer')", name="kind_known"
        ),
        CheckConstraint("status IN ('open', 'hidden', 'kept')", name="status_known"),
        CheckConstraint("status <> 'hidden' OR reason <> ''", name="hidden_for_a_reason"),
        Index("ix_moderation_cases_status", "status", "changed_at", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    content_kind: Mapped[ContentKind] = mapped_column(Nfc(16))
    content_id: Mapped[uuid.UUID]
    status: Mapped[CaseStatus] = mapped_column(Nfc(8), default=CaseStatus.OPEN)
    reason: Mapped[str] = mapped_column(Nfc(500), default="")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    reports: Mapped[list["ContentReport"]] = relationship(order_by="ContentReport.id", lazy="raise")
    decisions: Mapped[list["ModerationDecision"]] = relationship(order_by="ModerationDecision.id", lazy="raise")


class ContentReport(Model):
    """Somebody's report; whoever is signed in reports one thing once. Append-only."""

    __tablename__ = "content_reports"
    __table_args__ = (
        UniqueConstraint("case_id", "reporter_id"),
        CheckConstraint("reason IN ('insult', 'advertisement', 'untrue', 'private', 'other')", name="reason_known"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("moderation_cases.id"))
    reason: Mapped[ReportReason] = mapped_column(Nfc(16))
    note: Mapped[str | None] = mapped_column(Nfc(500))
    reporter_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class ModerationDecision(Model):
    """What an officer decided, and why. Append-only."""

    __tablename__ = "moderation_decisions"
    __table_args__ = (
        CheckConstraint("decision IN ('hide', 'keep', 'restore')", name="decision_known"),
        CheckConstraint("decision <> 'hide' OR reason <> ''", name="hidden_for_a_reason"),
        Index("ix_moderation_decisions_case_id", "case_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("moderation_cases.id"))
    decision: Mapped[Decision] = mapped_column(Nfc(8))
    reason: Mapped[str] = mapped_column(Nfc(500), default="")
    decided_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
