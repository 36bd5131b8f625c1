"""Tables of cash on delivery."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts import User
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from market.orders.models import Parcel


class CashBuyer(Model):
    """An account that may pay in cash when goods are handed over, until `ended_at`.

    One order takes at most `order_limit_vnd`, all orders that are not paid yet `open_limit_vnd` together.
    """

    __tablename__ = "cash_buyers"
    __table_args__ = (
        CheckConstraint("0 < order_limit_vnd AND order_limit_vnd <= open_limit_vnd", name="limits_in_order"),
        CheckConstraint("num_nulls(ended_at, ended_by) IN (0, 2)", name="ended_by_somebody"),
        Index("uq_cash_buyers_user", "user_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_cash_buyers_added_at", "added_at", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    order_limit_vnd: Mapped[int] = mapped_column(BigInteger)
    open_limit_vnd: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Nfc(300))
    added_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    ended_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(lazy="raise", foreign_keys=[user_id])
    adder: Mapped[User] = relationship(lazy="raise", foreign_keys=[added_by])


class CashStatus(StrEnum):
    """What became of the cash of a parcel."""

    DUE = "due"
    RECEIVED = "received"
    REFUSED = "refused"


class CashParcel(Model):
    """What the buyer of one parcel pays at the door: `due_vnd`, as it is known so far.

    The producer notes what was received; where that is another sum, `note` says why, and the difference is theirs.
    """

    __tablename__ = "cash_parcels"
    __table_args__ = (
        CheckConstraint("due_vnd >= 0 AND received_vnd >= 0", name="amounts_not_negative"),
        CheckConstraint("status IN ('due', 'received', 'refused')", name="status_known"),
        CheckConstraint("(status = 'received') = (received_vnd IS NOT NULL)", name="received_has_amount"),
        CheckConstraint("(status = 'due') = (recorded_at IS NULL)", name="recorded_has_time"),
        CheckConstraint("status <> 'refused' OR note IS NOT NULL", name="refused_with_reason"),
        CheckConstraint("received_vnd = due_vnd OR note IS NOT NULL", name="difference_with_reason"),
        Index("ix_cash_parcels_due", "parcel_id", postgresql_where=text("status = 'due'")),
    )

    parcel_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("parcels.id"), primary_key=True)
    due_vnd: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[CashStatus] = mapped_column(Nfc(12), default=CashStatus.DUE)
    received_vnd: Mapped[int | None] = mapped_column(BigInteger)
    note: Mapped[str | None] = mapped_column(Nfc(300))
    recorded_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    parcel: Mapped[Parcel] = relationship(lazy="raise")


class CashReturn(Model):
    """Cash that a producer gave back to a buyer. The shares are fixed with it, as in a line of a refund."""

    __tablename__ = "cash_returns"
    __table_args__ = (
        CheckConstraint("amount_vnd > 0", name="amount_positive"),
        UniqueConstraint("parcel_id", "request_key"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    parcel_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cash_parcels.parcel_id"))
    request_key: Mapped[str] = mapped_column(Nfc(36))
    amount_vnd: Mapped[int] = mapped_column(BigInteger)
    commission_vnd: Mapped[int] = mapped_column(BigInteger)
    voucher_vnd: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(Nfc(300))
    recorded_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
