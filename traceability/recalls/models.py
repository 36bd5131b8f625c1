"""Tables of recalls and of mock recalls."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.producers.models import Producer
from catalog.products.models import Product
from core.accounts import User
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from traceability.lots.models import Lot


class RecallStatus(StrEnum):
    """State of a recall; the transitions are in `rules.py`."""

    PROPOSED = "proposed"
    REJECTED = "rejected"
    ACTIVE = "active"
    CLOSED = "closed"


class ReturnKind(StrEnum):
    """What became of recalled goods: they came back, or were destroyed (where they were, or after they came back)."""

    RETURNED = "returned"
    DESTROYED = "destroyed"


class Recall(Model):
    """Lots that must come back. One proposes, another decides; the database holds to that.

    `number` is what people read and say. `recall_class` is 1 (a danger to health), 2 (harm is unlikely or passes) or
    3 (no harm to health). `reason` is for the authority and the producer, `notice_*` is what consumers read. `origin_*`
    say what the lots were found from. `*_warning` say which warning of a deadline went out last.
    """

    __tablename__ = "recalls"
    __table_args__ = (
        CheckConstraint("status IN ('proposed', 'rejected', 'active', 'closed')", name="status_known"),
        CheckConstraint("recall_class BETWEEN 1 AND 3", name="class_known"),
        CheckConstraint("decided_by <> proposed_by", name="decided_by_another"),
        CheckConstraint(
            "(status = 'proposed') = (decided_by IS NULL) AND (status = 'proposed') = (decided_at IS NULL)",
            name="decided_once",
        ),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_once"),
        CheckConstraint("status <> 'closed' OR reported_at IS NOT NULL", name="reported_before_closed"),
        CheckConstraint("notice_vi <> '' AND notice_en <> '' AND reason <> ''", name="texts_given"),
        Index("ix_recalls_producer_id", "producer_id", "id"),
        Index("ix_recalls_status", "status", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(Nfc(12), unique=True)
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    status: Mapped[RecallStatus] = mapped_column(Nfc(10), default=RecallStatus.PROPOSED)
    recall_class: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[str] = mapped_column(Nfc(1000))
    notice_vi: Mapped[str] = mapped_column(Nfc(1000))
    notice_en: Mapped[str] = mapped_column(Nfc(1000))
    origin_kind: Mapped[str] = mapped_column(Nfc(20))
    origin_label: Mapped[str] = mapped_column(Nfc(200))
    proposed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_note: Mapped[str | None] = mapped_column(Nfc(500))
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closing_note: Mapped[str | None] = mapped_column(Nfc(1000))
    decision_warning: Mapped[str | None] = mapped_column(Nfc(8))
    report_warning: Mapped[str | None] = mapped_column(Nfc(8))

    producer: Mapped[Producer] = relationship(lazy="raise")
    proposer: Mapped[User] = relationship(foreign_keys=[proposed_by], lazy="raise")
    decider: Mapped[User | None] = relationship(foreign_keys=[decided_by], lazy="raise")
    lots: Mapped[list["RecallLot"]] = relationship(back_populates="recall", order_by="RecallLot.lot_id", lazy="raise")
    products: Mapped[list["RecalledProduct"]] = relationship(order_by="RecalledProduct.product_id", lazy="raise")

    def notice(self, locale: str) -> str:
        """The text for consumers in `locale`."""
        return self.notice_en if locale == "en" else self.notice_vi


class RecallLot(Model):
    """A lot that the recall is about, and how much of it was made, in grams. `is_origin`: the trace began at it."""

    __tablename__ = "recall_lots"
    __table_args__ = (
        CheckConstraint("grams > 0", name="grams_positive"),
        Index("ix_recall_lots_lot_id", "lot_id"),
    )

    recall_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recalls.id"), primary_key=True)
    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lots.id"), primary_key=True)
    grams: Mapped[int] = mapped_column(BigInteger)
    is_origin: Mapped[bool] = mapped_column(default=True)

    recall: Mapped[Recall] = relationship(back_populates="lots", lazy="raise")
    lot: Mapped[Lot] = relationship(lazy="raise")


class RecalledProduct(Model):
    """A product whose offers an active recall keeps off sale, until its producer sells it from other lots."""

    __tablename__ = "recalled_products"
    __table_args__ = (
        CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="released_by_somebody"),
        Index("ix_recalled_products_held", "product_id", postgresql_where=text("released_at IS NULL")),
    )

    recall_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recalls.id"), primary_key=True)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("products.id"), primary_key=True)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))

    product: Mapped[Product] = relationship(lazy="raise")


class RecallReturn(Model):
    """So many grams of a recalled lot came back, or were destroyed. Rows never change."""

    __tablename__ = "recall_returns"
    __table_args__ = (
        ForeignKeyConstraint(["recall_id", "lot_id"], ["recall_lots.recall_id", "recall_lots.lot_id"], name="lot"),
        CheckConstraint("kind IN ('returned', 'destroyed')", name="kind_known"),
        CheckConstraint("grams > 0", name="grams_positive"),
        Index("ix_recall_returns_recall_id", "recall_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    recall_id: Mapped[uuid.UUID]
    lot_id: Mapped[uuid.UUID]
    kind: Mapped[ReturnKind] = mapped_column(Nfc(10))
    grams: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str | None] = mapped_column(Nfc(300))
    recorded_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    recorder: Mapped[User] = relationship(lazy="raise")


class MockRecall(Model):
    """A rehearsal: how long finding everything took, and how much of it was found. Rows never change.

    `report` holds what was found, as the page shows it, without names of buyers.
    """

    __tablename__ = "mock_recalls"
    __table_args__ = (
        CheckConstraint("accounted_grams BETWEEN 0 AND total_grams AND total_grams > 0", name="share_of_all"),
        CheckConstraint("milliseconds >= 0", name="time_not_negative"),
        Index("ix_mock_recalls_producer_id", "producer_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    origin_kind: Mapped[str] = mapped_column(Nfc(20))
    origin_label: Mapped[str] = mapped_column(Nfc(200))
    run_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    run_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    milliseconds: Mapped[int]
    total_grams: Mapped[int] = mapped_column(BigInteger)
    accounted_grams: Mapped[int] = mapped_column(BigInteger)
    report: Mapped[dict[str, Any]] = mapped_column(JSON)

    producer: Mapped[Producer] = relationship(lazy="raise")
