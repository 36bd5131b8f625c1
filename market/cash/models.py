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
    """What a producer gives back to a buyer who paid at the door, in cash or from bank to bank.

    It is owed from `owed_at` until it is noted as given back, with a note, at `recorded_at`; by `due_at` where it was
    agreed upon before. The shares are fixed with it, as in a line of a refund. `missing_at` is when the buyer last said
    that it did not come; the site then looks at it, until `closed_at`. With `paid_by_site` it paid in the producer's
    place. What buyer and site say of one outside a return stands here; a return has its own words.
    """

    __tablename__ = "cash_returns"
    __table_args__ = (
        CheckConstraint("amount_vnd > 0", name="amount_positive"),
        CheckConstraint("(recorded_at IS NULL) = (note IS NULL)", name="given_with_note"),
        CheckConstraint("recorded_at IS NOT NULL OR due_at IS NOT NULL", name="owed_until_a_day"),
        CheckConstraint("num_nulls(closed_at, closed_by) IN (0, 2)", name="closed_by_somebody"),
        CheckConstraint("closed_at IS NULL OR recorded_at IS NOT NULL", name="closed_once_given"),
        CheckConstraint("NOT paid_by_site OR closed_at IS NOT NULL", name="paid_is_closed"),
        UniqueConstraint("parcel_id", "request_key"),
        Index("ix_cash_returns_owed", "due_at", postgresql_where=text("recorded_at IS NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    parcel_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cash_parcels.parcel_id"))
    request_key: Mapped[str] = mapped_column(Nfc(36))
    amount_vnd: Mapped[int] = mapped_column(BigInteger)
    commission_vnd: Mapped[int] = mapped_column(BigInteger)
    voucher_vnd: Mapped[int] = mapped_column(BigInteger)
    owed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str | None] = mapped_column(Nfc(300))
    recorded_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    missing_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    missing_words: Mapped[str | None] = mapped_column(Nfc(500))
    closed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_words: Mapped[str | None] = mapped_column(Nfc(500))
    paid_by_site: Mapped[bool] = mapped_column(default=False, server_default=text("false"))

    parcel: Mapped[Parcel] = relationship(
        lazy="raise", primaryjoin="foreign(CashReturn.parcel_id) == Parcel.id", viewonly=True
    )

    @property
    def is_owed(self) -> bool:
        """Whether the buyer still waits for it."""
        return self.recorded_at is None

    @property
    def is_missed(self) -> bool:
        """Whether the buyer said that it did not come, and nobody has done anything since."""
        if self.missing_at is None or self.closed_at is not None:
            return False
        return self.recorded_at is None or self.recorded_at < self.missing_at

    def may_be_missed(self, now: datetime) -> bool:
        """Whether the buyer may say that it did not come: once it was noted as given, or is late; not twice."""
        return self.closed_at is None and not self.is_missed and (not self.is_owed or self.is_late(now))

    def is_late(self, now: datetime) -> bool:
        """Whether it should have been given back by now."""
        return self.is_owed and self.due_at is not None and self.due_at < now

    def is_to_look_at(self, now: datetime) -> bool:
        """Whether the site looks after it: the buyer misses it, or it is late."""
        return self.closed_at is None and (self.is_missed or self.is_late(now))

    @property
    def seller_vnd(self) -> int:
        """What of it was the producer's own, in dong: without the commission that comes back to them."""
        return self.amount_vnd + self.voucher_vnd - self.commission_vnd
