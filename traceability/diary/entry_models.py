"""Tables of the diary's entries; both only grow. A correction is a new entry that supersedes the old one."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts import User
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from traceability.diary.models import Equipment, FarmWorker, Plot
from traceability.diary.store_models import AmountUnit, InputReceipt
from traceability.plant_protection.models import PlantProtectionList


class Weather(StrEnum):
    """The weather while something was done."""

    SUNNY = "sunny"
    CLOUDY = "cloudy"
    RAIN = "rain"
    WINDY = "windy"
    HOT = "hot"
    COLD = "cold"


class DiaryEntry(Model):
    """One activity on one plot on one day, as it was written down; never changed and never removed.

    `activity` is a code of the growing calendars. `done_on` is the day in Vietnam, `done_at` the moment where it is
    known. `amount` counts `unit`s of what was harvested, watered and so on; what came out of the store is in `inputs`.
    An entry for a spray says how many days no harvest may follow (`interval_days`), by which list, and so the first
    day on which it may (`harvest_from`).

    An entry that corrects another names it in `supersedes_id` and says why; `is_withdrawal` says that nothing of the
    kind was done at all. `submission_id` comes with the form, so that one sent twice is written once.
    """

    __tablename__ = "diary_entries"
    __table_args__ = (
        # Together with the foreign key below: a correction stays on the plot of what it corrects.
        UniqueConstraint("id", "plot_id", name="uq_diary_entries_id_plot_id"),
        ForeignKeyConstraint(
            ["supersedes_id", "plot_id"],
            ["diary_entries.id", "diary_entries.plot_id"],
            name="fk_diary_entries_supersedes",
        ),
        UniqueConstraint("supersedes_id"),
        UniqueConstraint("submission_id"),
        CheckConstraint("activity ~ '^[a-z0-9_]{1,40}$'", name="activity_form"),
        CheckConstraint("area_m2 BETWEEN 1 AND 100000000", name="area_range"),
        CheckConstraint("amount BETWEEN 1 AND 1000000000000", name="amount_range"),
        CheckConstraint("(amount IS NULL) = (unit IS NULL)", name="amount_with_unit"),
        CheckConstraint("unit IN ('g', 'ml', 'piece')", name="unit_known"),
        CheckConstraint("weather IN ('sunny', 'cloudy', 'rain', 'windy', 'hot', 'cold')", name="weather_known"),
        CheckConstraint("interval_days BETWEEN 0 AND 3650", name="interval_range"),
        CheckConstraint(
            "num_nulls(interval_days, plant_protection_list_id, harvest_from) IN (0, 3)", name="interval_by_a_list"
        ),
        CheckConstraint("harvest_from = done_on + interval_days", name="harvest_after_interval"),
        CheckConstraint("num_nulls(supersedes_id, correction_reason) IN (0, 2)", name="correction_explained"),
        CheckConstraint("NOT is_withdrawal OR supersedes_id IS NOT NULL", name="withdrawal_of_something"),
        CheckConstraint("cardinality(photo_keys) <= 6", name="few_photos"),
        Index("ix_diary_entries_plot_id", "plot_id", "done_on", "id"),
        Index("ix_diary_entries_harvest_from", "plot_id", "harvest_from", postgresql_where="harvest_from IS NOT NULL"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    plot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("plots.id"))
    activity: Mapped[str] = mapped_column(Nfc(40))
    done_on: Mapped[date]
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    operator_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("farm_workers.id"))
    area_m2: Mapped[int | None]
    amount: Mapped[int | None] = mapped_column(BigInteger)
    unit: Mapped[AmountUnit | None] = mapped_column(Nfc(8))
    weather: Mapped[Weather | None] = mapped_column(Nfc(12))
    target_pest: Mapped[str | None] = mapped_column(Nfc(160))
    equipment_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("equipment.id"))
    interval_days: Mapped[int | None]
    plant_protection_list_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("plant_protection_lists.id"))
    harvest_from: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(Nfc(1000))
    photo_keys: Mapped[list[str]] = mapped_column(ARRAY(Nfc(80)), default=list)
    supersedes_id: Mapped[uuid.UUID | None]
    correction_reason: Mapped[str | None] = mapped_column(Nfc(300))
    is_withdrawal: Mapped[bool] = mapped_column(default=False)
    submission_id: Mapped[uuid.UUID | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    recorded_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))

    plot: Mapped[Plot] = relationship(foreign_keys=[plot_id])
    operator: Mapped[FarmWorker | None] = relationship()
    equipment: Mapped[Equipment | None] = relationship()
    plant_protection_list: Mapped[PlantProtectionList | None] = relationship()
    recorder: Mapped[User | None] = relationship()
    inputs: Mapped[list["InputUse"]] = relationship(order_by="InputUse.receipt_id")


class InputUse(Model):
    """What an activity took out of the store: `amount` in the receipt's unit; `dose` as the label says it.

    `interval_days` is the pre-harvest interval of this product on the crop of the plot; None for what is no
    plant-protection product.
    """

    __tablename__ = "diary_input_uses"
    __table_args__ = (
        CheckConstraint("amount BETWEEN 1 AND 1000000000000", name="amount_range"),
        CheckConstraint("interval_days BETWEEN 0 AND 3650", name="interval_range"),
        Index("ix_diary_input_uses_receipt_id", "receipt_id", "entry_id"),
    )

    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("diary_entries.id"), primary_key=True)
    receipt_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("input_receipts.id"), primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    dose: Mapped[str | None] = mapped_column(Nfc(80))
    interval_days: Mapped[int | None]

    receipt: Mapped[InputReceipt] = relationship()
