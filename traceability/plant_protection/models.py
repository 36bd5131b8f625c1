"""Tables of the lists of plant-protection ingredients; both only grow."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Nfc, UtcDateTime, new_id, utc_now


class IngredientStatus(StrEnum):
    """Whether an active ingredient may be used in Vietnam."""

    ALLOWED = "allowed"
    RESTRICTED = "restricted"
    BANNED = "banned"


class PlantProtectionList(Model):
    """One version of the list. The one whose `in_force_from` is the latest before a day is the one of that day.

    `source` says which decision or circular it is, `published_on` when that was signed. `content_hash` is the
    SHA-256 of what was read, so that the same file is not taken in twice. `is_sample` marks invented figures.
    """

    __tablename__ = "plant_protection_lists"
    __table_args__ = (
        UniqueConstraint("content_hash"),
        CheckConstraint("octet_length(content_hash) = 32", name="hash_form"),
        CheckConstraint("source <> ''", name="source_given"),
        CheckConstraint("published_on <= in_force_from", name="signed_before_in_force"),
        Index("ix_plant_protection_lists_in_force_from", "in_force_from", "imported_at", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    source: Mapped[str] = mapped_column(Nfc(300))
    published_on: Mapped[date]
    in_force_from: Mapped[date]
    is_sample: Mapped[bool] = mapped_column(default=False)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    imported_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))


class PlantProtectionIngredient(Model):
    """What one version of the list says about one active ingredient.

    `interval_days` holds the pre-harvest interval by crop, in whole days from the last application; a crop that is
    not there has no figure, and the ingredient may not be used on it. `last_use_on` is the last day of legal use of
    a banned one, where one was set. `dose_min` and `dose_max` count `dose_unit`; `reentry_hours` may be unknown.
    """

    __tablename__ = "plant_protection_ingredients"
    __table_args__ = (
        UniqueConstraint("list_id", "code", name="uq_plant_protection_ingredients_list_code"),
        UniqueConstraint("list_id", "name", name="uq_plant_protection_ingredients_list_name"),
        CheckConstraint("code ~ '^[a-z0-9_]{1,80}$'", name="code_form"),
        CheckConstraint("status IN ('allowed', 'restricted', 'banned')", name="status_known"),
        CheckConstraint("jsonb_typeof(interval_days) = 'object'", name="intervals_form"),
        CheckConstraint("dose_min >= 0 AND dose_max >= dose_min", name="dose_range"),
        CheckConstraint("num_nulls(dose_min, dose_max, dose_unit) IN (0, 3)", name="dose_whole"),
        CheckConstraint("reentry_hours BETWEEN 0 AND 8760", name="reentry_range"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    list_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plant_protection_lists.id"))
    code: Mapped[str] = mapped_column(Nfc(80))
    name: Mapped[str] = mapped_column(Nfc(120))
    types: Mapped[list[str]] = mapped_column(ARRAY(Nfc(30)))
    mode_of_action: Mapped[str | None] = mapped_column(Nfc(40))
    status: Mapped[IngredientStatus] = mapped_column(Nfc(12))
    status_detail: Mapped[str | None] = mapped_column(Nfc(60))
    last_use_on: Mapped[date | None]
    interval_days: Mapped[dict[str, int]] = mapped_column(JSONB)
    dose_text: Mapped[str | None] = mapped_column(Nfc(200))
    dose_min: Mapped[float | None]
    dose_max: Mapped[float | None]
    dose_unit: Mapped[str | None] = mapped_column(Nfc(20))
    reentry_hours: Mapped[int | None]
    who_class: Mapped[str | None] = mapped_column(Nfc(40))
    pests_vi: Mapped[list[str]] = mapped_column(ARRAY(Nfc(120)))
    pests_en: Mapped[list[str]] = mapped_column(ARRAY(Nfc(120)))
    note: Mapped[str | None] = mapped_column(Nfc(1000))

    version: Mapped[PlantProtectionList] = relationship()
