"""Tables of self-checks: which plots, what was answered, and the evidence."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.producers.models import Producer
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from traceability.attestations.checklists.models import Checklist
from traceability.attestations.files.models import PrivateFile
from traceability.diary.entry_models import DiaryEntry
from traceability.diary.models import Plot


class SelfCheckStatus(StrEnum):
    """Where a self-check stands; `rules.NEXT` says what may follow what."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    UNDER_INSPECTION = "under_inspection"
    CORRECTIONS = "corrections"
    PASSED = "passed"
    FAILED = "failed"


class Answer(StrEnum):
    """What a producer says of an item, and what an inspector finds."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"


class SelfCheck(Model):
    """A producer's check of some plots against one version of a checklist, which it keeps.

    `is_group` says that several members work under the producer, so that the items for groups count too.
    `inspection_count` is how many inspections were begun.
    """

    __tablename__ = "self_checks"
    __table_args__ = (
        CheckConstraint(
            "status IN ('draft', 'submitted', 'under_inspection', 'corrections', 'passed', 'failed')",
            name="status_known",
        ),
        CheckConstraint("(status = 'draft') = (submitted_at IS NULL)", name="submitted_when_no_draft"),
        Index("ix_self_checks_producer_id_id", "producer_id", "id"),
        Index("ix_self_checks_status_submitted_at", "status", "submitted_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    checklist_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("checklists.id"), index=True)
    is_group: Mapped[bool]
    status: Mapped[SelfCheckStatus] = mapped_column(Nfc(20), default=SelfCheckStatus.DRAFT)
    inspection_count: Mapped[int] = mapped_column(default=0)
    started_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    submitted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    producer: Mapped[Producer] = relationship()
    checklist: Mapped[Checklist] = relationship()
    plots: Mapped[list[Plot]] = relationship(secondary="self_check_plots", order_by=Plot.name, viewonly=True)


class SelfCheckPlot(Model):
    """A plot that a self-check is about."""

    __tablename__ = "self_check_plots"

    self_check_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("self_checks.id"), primary_key=True)
    plot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plots.id"), primary_key=True, index=True)


class SelfCheckAnswer(Model):
    """What the producer says of one item. The database refuses changes once the self-check is submitted."""

    __tablename__ = "self_check_answers"
    __table_args__ = (CheckConstraint("answer IN ('yes', 'no', 'not_applicable')", name="answer_known"),)

    self_check_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("self_checks.id"), primary_key=True)
    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("checklist_items.id"), primary_key=True)
    answer: Mapped[Answer] = mapped_column(Nfc(16))
    note: Mapped[str | None] = mapped_column(Nfc(1000))
    answered_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class SelfCheckEvidence(Model):
    """A file or an entry of the diary that shows something about one item.

    An entry that is corrected afterwards stays: it is what was handed in, and its correction is shown beside it.
    `round` is 0 for what came with the self-check, and the number of the inspection for what a correction after it
    is shown by.
    """

    __tablename__ = "self_check_evidence"
    __table_args__ = (
        UniqueConstraint("self_check_id", "item_id", "file_id"),
        UniqueConstraint("self_check_id", "item_id", "entry_id"),
        CheckConstraint("num_nonnulls(file_id, entry_id) = 1", name="file_or_entry"),
        CheckConstraint("round BETWEEN 0 AND 99", name="round_range"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    self_check_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("self_checks.id"))
    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("checklist_items.id"))
    file_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("private_files.id"), index=True)
    entry_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("diary_entries.id"), index=True)
    round: Mapped[int] = mapped_column(default=0)

    file: Mapped[PrivateFile | None] = relationship()
    entry: Mapped[DiaryEntry | None] = relationship()
