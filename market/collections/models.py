"""Table of what buyers still have to pay."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from market.orders.models import Order, Parcel


class CollectionReason(StrEnum):
    """Why more is to be paid."""

    HEAVIER = "heavier"
    BALANCE = "balance"


class CollectionStatus(StrEnum):
    """State of a collection; the transitions are in `rules.py`."""

    OPEN = "open"
    PAID = "paid"
    WAIVED = "waived"
    CANCELLED = "cancelled"
    SETTLED = "settled"
    NEEDS_REVIEW = "needs_review"


class Collection(Model):
    """So many dong that the buyer of a parcel still has to pay, once for each reason.

    A balance is settled when nothing is left to pay, since goods were given back. `closed_by` waived a collection and
    wrote `note`; without an account it was the buyer who paid, or a rule of the site.
    """

    __tablename__ = "collections"
    __table_args__ = (
        UniqueConstraint("parcel_id", "reason"),
        CheckConstraint("amount_vnd > 0", name="amount_positive"),
        CheckConstraint("reason IN ('heavier', 'balance')", name="reason_known"),
        CheckConstraint(
            "status IN ('open', 'paid', 'waived', 'cancelled', 'needs_review', 'settled')", name="status_known"
        ),
        CheckConstraint("(status IN ('open', 'needs_review')) = (closed_at IS NULL)", name="closed_has_time"),
        CheckConstraint("status <> 'waived' OR note IS NOT NULL", name="waived_with_reason"),
        Index("ix_collections_order_id", "order_id", "id"),
        Index("ix_collections_due", "due_at", "id", postgresql_where=text("status = 'open'")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("orders.id"))
    parcel_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("parcels.id"))
    reason: Mapped[CollectionReason] = mapped_column(Nfc(12))
    status: Mapped[CollectionStatus] = mapped_column(Nfc(12), default=CollectionStatus.OPEN)
    amount_vnd: Mapped[int] = mapped_column(BigInteger)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str | None] = mapped_column(Nfc(300))

    order: Mapped[Order] = relationship(lazy="raise")
    parcel: Mapped[Parcel] = relationship(lazy="raise")
