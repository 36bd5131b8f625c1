"""Tables of what recalls did: to orders that hold recalled goods, and to offers."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Nfc, UtcDateTime, utc_now
from market.orders.models import Order
from traceability.recalls.models import Recall


class RecalledOrder(Model):
    """An order packed from recalled lots: when its buyer was told, and whether they asked for their money back.

    `affected_vnd` is the price of the lines from those lots. `settled_at` is when somebody had the money given back:
    to the card that paid, by `refund_id` and those asked for with it of other payments; else by hand.
    """

    __tablename__ = "recalled_orders"
    __table_args__ = (
        CheckConstraint("affected_vnd >= 0", name="amount_not_negative"),
        CheckConstraint("settled_at IS NULL OR refund_requested_at IS NOT NULL", name="settled_after_asked"),
        Index("ix_recalled_orders_order_id", "order_id"),
    )

    recall_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recalls.id"), primary_key=True)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    affected_vnd: Mapped[int] = mapped_column(BigInteger)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    refund_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refund_note: Mapped[str | None] = mapped_column(Nfc(300))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refund_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("refunds.id"))

    recall: Mapped[Recall] = relationship(lazy="raise")
    order: Mapped[Order] = relationship(lazy="raise")


class RecallPausedOffer(Model):
    """An offer that was on sale when a recall paused it, so that just these go on sale again."""

    __tablename__ = "recall_paused_offers"

    recall_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recalls.id"), primary_key=True)
    offer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offers.id"), primary_key=True)
