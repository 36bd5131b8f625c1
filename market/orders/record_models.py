"""Tables of what is written down about orders: every change of state, failed harvests, goods sent again."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from market.orders.models import OrderLine
from traceability.lots.models import Lot


class OrderChange(Model):
    """One change of state of an order or parcel: what, when, by whom, why. Append-only."""

    __tablename__ = "order_changes"
    __table_args__ = (Index("ix_order_changes_order_id", "order_id", "id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("orders.id"))
    parcel_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("parcels.id"))
    from_status: Mapped[str | None] = mapped_column(Nfc(20))
    to_status: Mapped[str] = mapped_column(Nfc(20))
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(Nfc(200))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class CancelledCycleOrder(Model):
    """A paid order with goods of a harvest that failed: `amount_vnd` is to go back to its buyer."""

    __tablename__ = "cancelled_cycle_orders"
    __table_args__ = (CheckConstraint("amount_vnd > 0", name="amount_positive"),)

    cycle_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("order_cycles.id"), primary_key=True)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("orders.id"), primary_key=True, index=True)
    amount_vnd: Mapped[int] = mapped_column(BigInteger)
    marked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class ReplacementLine(Model):
    """So many units of an order line that were sent again, in the parcel `sscc`, from a lot of their own."""

    __tablename__ = "replacement_lines"
    __table_args__ = (
        UniqueConstraint("order_line_id", "sscc"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_replacement_lines_lot_id", "lot_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("order_lines.id"))
    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lots.id"))
    quantity: Mapped[int]
    sscc: Mapped[str] = mapped_column(Nfc(18))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    order_line: Mapped[OrderLine] = relationship(lazy="raise")
    lot: Mapped[Lot] = relationship(lazy="raise")
