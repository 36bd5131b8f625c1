"""Tables of checklists. They only grow: what a self-check was made against can be read for ever."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Nfc, UtcDateTime, new_id, utc_now


class Level(StrEnum):
    """How much an item weighs: A is mandatory, B is recommended."""

    MANDATORY = "A"
    RECOMMENDED = "B"


class EvidenceKind(StrEnum):
    """What an inspector accepts as evidence."""

    RECORD = "record"
    PHOTO = "photo"
    CERTIFICATE = "certificate"
    LAB_TEST = "lab_test"


class ItemScope(StrEnum):
    """Whom an item concerns: everybody, or only groups of several members."""

    ALL = "all"
    GROUP = "group"


class Checklist(Model):
    """One version of the checklist of a standard.

    `required_percent_a` and `required_percent_b` say which share of the applicable items of each level must conform
    for the standard to be met. It is in force from `in_force_from` until the end of `in_force_until`, or until a newer
    version begins.
    """

    __tablename__ = "checklists"
    __table_args__ = (
        UniqueConstraint("standard", "version"),
        CheckConstraint("in_force_until >= in_force_from", name="ends_after_it_begins"),
        CheckConstraint("required_percent_a BETWEEN 0 AND 100", name="required_percent_a_range"),
        CheckConstraint("required_percent_b BETWEEN 0 AND 100", name="required_percent_b_range"),
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest_form"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    standard: Mapped[str] = mapped_column(Nfc(80))
    version: Mapped[str] = mapped_column(Nfc(40))
    title_vi: Mapped[str] = mapped_column(Nfc(160))
    title_en: Mapped[str] = mapped_column(Nfc(160))
    source: Mapped[str] = mapped_column(Nfc(500))
    is_sample: Mapped[bool]
    in_force_from: Mapped[date]
    in_force_until: Mapped[date | None]
    required_percent_a: Mapped[int]
    required_percent_b: Mapped[int]
    digest: Mapped[str] = mapped_column(Nfc(64))
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    items: Mapped[list["ChecklistItem"]] = relationship(order_by="ChecklistItem.position", viewonly=True)


class ChecklistItem(Model):
    """One thing to check. `diary_activities` are codes of activities whose entries can supply the evidence."""

    __tablename__ = "checklist_items"
    __table_args__ = (
        UniqueConstraint("checklist_id", "code"),
        UniqueConstraint("checklist_id", "position"),
        CheckConstraint("level IN ('A', 'B')", name="level_known"),
        CheckConstraint("scope IN ('all', 'group')", name="scope_known"),
        CheckConstraint("jsonb_typeof(evidence) = 'array'", name="evidence_form"),
        CheckConstraint("jsonb_typeof(diary_activities) = 'array'", name="diary_activities_form"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    checklist_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("checklists.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(Nfc(40))
    group_code: Mapped[str] = mapped_column(Nfc(20))
    group_vi: Mapped[str] = mapped_column(Nfc(120))
    group_en: Mapped[str] = mapped_column(Nfc(120))
    level: Mapped[Level] = mapped_column(Nfc(1))
    scope: Mapped[ItemScope] = mapped_column(Nfc(10))
    title_vi: Mapped[str] = mapped_column(Nfc(300))
    title_en: Mapped[str] = mapped_column(Nfc(300))
    evidence: Mapped[list[str]] = mapped_column(JSONB)
    diary_activities: Mapped[list[str]] = mapped_column(JSONB)
    frequency_vi: Mapped[str] = mapped_column(Nfc(120))
    frequency_en: Mapped[str] = mapped_column(Nfc(120))
