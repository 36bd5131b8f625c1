"""Tables of inspections: findings, corrective actions, and which of them were warned of."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts import User
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from traceability.attestations.self_checks.models import Answer, SelfCheck


class InspectionResult(StrEnum):
    """How an inspection ended."""

    PASSED = "passed"
    CORRECTIONS = "corrections"
    FAILED = "failed"


class Inspection(Model):
    """One look at a submitted self-check by somebody who does not belong to the producer.

    `number` counts the inspections of the self-check from 1; those after the first are re-inspections. A trigger
    refuses an inspector who is a member of the producer.
    """

    __tablename__ = "inspections"
    __table_args__ = (
        UniqueConstraint("self_check_id", "number"),
        CheckConstraint("number BETWEEN 1 AND 99", name="number_range"),
        CheckConstraint("result IN ('passed', 'corrections', 'failed')", name="result_known"),
        CheckConstraint("(result IS NULL) = (closed_at IS NULL)", name="closed_with_a_result"),
        Index("ux_inspections_open", "self_check_id", unique=True, postgresql_where=text("closed_at IS NULL")),
        Index("ix_inspections_inspector_id_id", "inspector_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    self_check_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("self_checks.id"))
    number: Mapped[int]
    inspector_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    inspected_on: Mapped[date | None]
    summary: Mapped[str | None] = mapped_column(Nfc(2000))
    result: Mapped[InspectionResult | None] = mapped_column(Nfc(12))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    self_check: Mapped[SelfCheck] = relationship()
    inspector: Mapped[User] = relationship()


class Finding(Model):
    """What the inspector found of one item. The database refuses changes once the inspection is closed."""

    __tablename__ = "inspection_findings"
    __table_args__ = (CheckConstraint("verdict IN ('yes', 'no', 'not_applicable')", name="verdict_known"),)

    inspection_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("inspections.id"), primary_key=True)
    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("checklist_items.id"), primary_key=True)
    verdict: Mapped[Answer] = mapped_column(Nfc(16))
    note: Mapped[str | None] = mapped_column(Nfc(1000))


class CorrectiveAction(Model):
    """What the producer must mend of a finding, and until the end of which day."""

    __tablename__ = "corrective_actions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["inspection_id", "item_id"],
            ["inspection_findings.inspection_id", "inspection_findings.item_id"],
            name="fk_corrective_actions_finding",
        ),
        UniqueConstraint("inspection_id", "item_id"),
        CheckConstraint("(reported_at IS NULL) = (response IS NULL)", name="reported_with_a_response"),
        Index("ix_corrective_actions_due_on", "due_on", postgresql_where=text("reported_at IS NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    inspection_id: Mapped[uuid.UUID]
    item_id: Mapped[uuid.UUID]
    description: Mapped[str] = mapped_column(Nfc(1000))
    due_on: Mapped[date]
    response: Mapped[str | None] = mapped_column(Nfc(1000))
    reported_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CorrectiveActionWarning(Model):
    """Members were told that an action is due in so many days; once each."""

    __tablename__ = "corrective_action_warnings"

    action_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("corrective_actions.id"), primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
