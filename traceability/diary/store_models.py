"""Tables of the store: what came in, and what is in it."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from traceability.plant_protection.models import PlantProtectionList


class InputKind(StrEnum):
    """What an input is for."""

    FERTILISER = "fertiliser"
    PLANT_PROTECTION = "plant_protection"
    MATERIAL = "material"
    FEED = "feed"


class AmountUnit(StrEnum):
    """The base units of all amounts in the diary, which are whole numbers of them."""

    GRAM = "g"
    MILLILITRE = "ml"
    PIECE = "piece"


class InputReceipt(Model):
    """One delivery into a producer's store, with its batch: what the label says, and how much of it is left.

    Amounts count `unit`s. What remains is `received_amount - used_amount`; whoever uses some locks the row first.
    `plant_protection_list_id` is the version of the plant-protection list by which the product was let in.
    `harvest_interval_days` are the days that should pass between its last use and a harvest, for manure, nitrogen and
    the like; what is no plant-protection product has no interval by law, so a shorter wait is asked about, not refused.
    """

    __tablename__ = "input_receipts"
    __table_args__ = (
        CheckConstraint("kind IN ('fertiliser', 'plant_protection', 'material', 'feed')", name="kind_known"),
        CheckConstraint("unit IN ('g', 'ml', 'piece')", name="unit_known"),
        CheckConstraint("received_amount BETWEEN 1 AND 1000000000000", name="received_range"),
        CheckConstraint("used_amount BETWEEN 0 AND received_amount", name="never_more_out_than_in"),
        CheckConstraint("trade_name <> ''", name="trade_name_given"),
        CheckConstraint(
            "(kind = 'plant_protection') = (plant_protection_list_id IS NOT NULL)", name="let_in_by_a_list"
        ),
        CheckConstraint(
            "harvest_interval_days IS NULL OR (harvest_interval_days BETWEEN 0 AND 365 AND kind <> 'plant_protection')",
            name="harvest_interval_range",
        ),
        CheckConstraint("num_nulls(withdrawn_at, withdrawn_reason) IN (0, 2)", name="withdrawal_explained"),
        CheckConstraint("withdrawn_at IS NULL OR used_amount = 0", name="withdrawn_unused"),
        Index("ix_input_receipts_producer_id", "producer_id", "received_on", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    kind: Mapped[InputKind] = mapped_column(Nfc(20))
    trade_name: Mapped[str] = mapped_column(Nfc(160))
    supplier: Mapped[str | None] = mapped_column(Nfc(160))
    batch_number: Mapped[str | None] = mapped_column(Nfc(60))
    received_on: Mapped[date]
    expires_on: Mapped[date | None]
    unit: Mapped[AmountUnit] = mapped_column(Nfc(8))
    received_amount: Mapped[int] = mapped_column(BigInteger)
    used_amount: Mapped[int] = mapped_column(BigInteger, default=0)
    plant_protection_list_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("plant_protection_lists.id"))
    harvest_interval_days: Mapped[int | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_reason: Mapped[str | None] = mapped_column(Nfc(300))
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    plant_protection_list: Mapped[PlantProtectionList | None] = relationship()
    ingredients: Mapped[list["ReceiptIngredient"]] = relationship(order_by="ReceiptIngredient.code")

    @property
    def remaining(self) -> int:
        """How much is left, in `unit`s."""
        return self.received_amount - self.used_amount


class ReceiptIngredient(Model):
    """An active ingredient of a plant-protection product, by its code in the list.

    `content` is how much of it the product holds, in grams a kilogram or a litre (18 for 1.8EC); None where the
    label was not read.
    """

    __tablename__ = "receipt_ingredients"
    __table_args__ = (CheckConstraint("content > 0 AND content <= 2000", name="content_range"),)

    receipt_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("input_receipts.id"), primary_key=True)
    code: Mapped[str] = mapped_column(Nfc(80), primary_key=True)
    name: Mapped[str] = mapped_column(Nfc(120))
    content: Mapped[float | None]
