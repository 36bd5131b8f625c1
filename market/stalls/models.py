"""Tables of markets, stalls and their sales."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.places.models import Commune
from core.accounts import User
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now


class Market(Model):
    """A market with stalls. `opening_hours` as people read it; None where unknown."""

    __tablename__ = "markets"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(Nfc(80), unique=True)
    name_vi: Mapped[str] = mapped_column(Nfc(120))
    name_en: Mapped[str] = mapped_column(Nfc(120))
    commune_code: Mapped[str] = mapped_column(ForeignKey("communes.code"), index=True)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    opening_hours: Mapped[str | None] = mapped_column(Nfc(120))
    note_vi: Mapped[str | None] = mapped_column(Nfc(500))

    commune: Mapped[Commune] = relationship()


class MarketManager(Model):
    """An account that manages a market: sees takings, never a stall's balance."""

    __tablename__ = "market_managers"
    __table_args__ = (Index("ix_market_managers_user_id", "user_id"),)

    market_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("markets.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)

    market: Mapped[Market] = relationship()


class Stall(Model):
    """A stall of a market and who holds it.

    `placard_code` is the unguessable-by-accident short code printed on its placard, part of the pay page's address.
    """

    __tablename__ = "stalls"
    __table_args__ = (
        UniqueConstraint("market_id", "number"),
        CheckConstraint("placard_code ~ '^[0-9A-HJKMNP-TV-Z]{8}$'", name="placard_code_form"),
        Index("ix_stalls_holder_id", "holder_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    market_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("markets.id"))
    number: Mapped[str] = mapped_column(Nfc(12))
    name: Mapped[str] = mapped_column(Nfc(120))
    goods: Mapped[str] = mapped_column(Nfc(120))
    holder_name: Mapped[str] = mapped_column(Nfc(120))
    holder_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    placard_code: Mapped[str] = mapped_column(Nfc(8), unique=True)

    market: Mapped[Market] = relationship()
    holder: Mapped[User | None] = relationship()


class StallSaleStatus(StrEnum):
    """State of a sale at a stall."""

    AWAITING_PAYMENT = "awaiting_payment"
    PAID = "paid"
    EXPIRED = "expired"
    NEEDS_REVIEW = "needs_review"


class StallSale(Model):
    """One cashless sale at a stall: what the passer-by typed and paid.

    `token` is the secret of the payer's receipt link; `number` is what both sides read and compare. `submission_id`
    comes from the form as it was sent, so that the same form sent twice makes one sale. `position` counts the paid
    sales of a stall from 1 in the order in which they were committed; the live screen goes on after the last one it
    has seen. `refunded_vnd` is what came too late and was given back.
    """

    __tablename__ = "stall_sales"
    __table_args__ = (
        CheckConstraint("amount_vnd BETWEEN 1000 AND 99999999", name="amount_range"),
        CheckConstraint("status IN ('awaiting_payment', 'paid', 'expired', 'needs_review')", name="status_known"),
        CheckConstraint(
            "(status = 'paid') = (paid_at IS NOT NULL) AND (status = 'paid') = (position IS NOT NULL)",
            name="paid_has_time_and_position",
        ),
        CheckConstraint("position > 0", name="position_positive"),
        CheckConstraint("refunded_vnd >= 0", name="refunded_not_negative"),
        UniqueConstraint("stall_id", "position"),
        Index("ix_stall_sales_stall_id_paid_at", "stall_id", "paid_at", "id"),
        Index("ix_stall_sales_status_created_at", "status", "created_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    stall_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("stalls.id"))
    submission_id: Mapped[uuid.UUID] = mapped_column(unique=True, default=new_id)
    number: Mapped[str] = mapped_column(Nfc(16), unique=True)
    token: Mapped[str] = mapped_column(Nfc(43), unique=True)
    amount_vnd: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str | None] = mapped_column(Nfc(120))
    locale: Mapped[str] = mapped_column(Nfc(5))
    status: Mapped[StallSaleStatus] = mapped_column(Nfc(20), default=StallSaleStatus.AWAITING_PAYMENT)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    position: Mapped[int | None]
    refunded_vnd: Mapped[int] = mapped_column(BigInteger, default=0)

    stall: Mapped[Stall] = relationship()
