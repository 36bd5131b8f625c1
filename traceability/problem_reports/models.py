"""Tables of reported problems and their answers."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts import User
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from traceability.lots.models import Lot


class ProblemKind(StrEnum):
    """What is wrong, in the reporter's eyes."""

    QUALITY = "quality"
    SAFETY = "safety"
    LABEL = "label"
    COUNTERFEIT = "counterfeit"
    OTHER = "other"


class ProblemReport(Model):
    """A problem with a lot, or with one item of it (`serial`), as somebody told it who need not say who they are.

    `contact` is what they left to be reached by, if anything: private. `token` is in the link by which they read the
    answer; nobody else knows it.
    """

    __tablename__ = "problem_reports"
    __table_args__ = (
        CheckConstraint("kind IN ('quality', 'safety', 'label', 'counterfeit', 'other')", name="kind_known"),
        CheckConstraint("description <> ''", name="described"),
        CheckConstraint("length(token) = 43", name="token_form"),
        Index("ix_problem_reports_lot_id", "lot_id", "created_at"),
        Index("ix_problem_reports_created_at", "created_at", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    token: Mapped[str] = mapped_column(Nfc(43), unique=True)
    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lots.id"))
    serial: Mapped[str | None] = mapped_column(Nfc(20))
    kind: Mapped[ProblemKind] = mapped_column(Nfc(12))
    description: Mapped[str] = mapped_column(Nfc(2000))
    contact: Mapped[str | None] = mapped_column(Nfc(120))
    locale: Mapped[str] = mapped_column(Nfc(5), default="vi")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    lot: Mapped[Lot] = relationship()
    answers: Mapped[list["ProblemAnswer"]] = relationship(order_by="ProblemAnswer.id", back_populates="report")


class ProblemAnswer(Model):
    """What the producer or the province answered; the reporter reads it."""

    __tablename__ = "problem_answers"
    __table_args__ = (
        CheckConstraint("body <> ''", name="said"),
        Index("ix_problem_answers_report_id", "report_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("problem_reports.id"))
    body: Mapped[str] = mapped_column(Nfc(2000))
    by_officer: Mapped[bool]
    answered_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    report: Mapped[ProblemReport] = relationship(back_populates="answers")
    answerer: Mapped[User] = relationship()
