"""Tables of returns: the request, its lines, what both sides say, and every change."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts import User
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from market.cash.models import CashReturn
from market.orders.models import OrderLine, Parcel
from market.payments.models import Refund
from traceability.lots.models import one_of


class ReturnReason(StrEnum):
    """What is wrong with the goods, in the buyer's view."""

    DAMAGED = "damaged"
    SPOILED = "spoiled"
    WRONG_GOODS = "wrong_goods"
    MISSING = "missing"
    NOT_AS_DESCRIBED = "not_as_described"
    RECALLED = "recalled"


class ReturnWish(StrEnum):
    """What the buyer wants."""

    REFUND = "refund"
    PART = "part"
    REPLACEMENT = "replacement"


class ReturnStatus(StrEnum):
    """State of a return; the transitions are in `rules.py`."""

    OPEN = "open"
    OFFERED = "offered"
    REPLACING = "replacing"
    REJECTED = "rejected"
    ESCALATED = "escalated"
    SETTLED = "settled"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class Side(StrEnum):
    """Who says or does something in a return."""

    BUYER = "buyer"
    PRODUCER = "producer"
    SITE = "site"
    CLOCK = "clock"


class CostBearer(StrEnum):
    """Who pays for what the site decided."""

    PRODUCER = "producer"
    SITE = "site"


class Return(Model):
    """What a buyer asks for about goods of one shipped parcel. Amounts in dong.

    `wanted_vnd` belongs to the wish for a part. `due_at` is when the side whose turn it is must have acted; what
    follows then stands in `rules.py`. `goods_back` says that the goods are sent back, `goods_received_at` when they
    came. What is given back are its `refunds`, or `cash_return_id` of what was paid at the door; `borne_by` is who pays
    for what the site decided. What was sent again is in the parcel `replacement_sscc`.
    """

    __tablename__ = "returns"
    __table_args__ = (
        CheckConstraint(one_of("reason", ReturnReason), name="reason_known"),
        CheckConstraint(one_of("wish", ReturnWish), name="wish_known"),
        CheckConstraint(one_of("status", ReturnStatus), name="status_known"),
        CheckConstraint(one_of("borne_by", CostBearer), name="bearer_known"),
        CheckConstraint("(wish = 'part') = (wanted_vnd IS NOT NULL)", name="amount_of_a_part"),
        CheckConstraint("wanted_vnd > 0", name="wanted_positive"),
        CheckConstraint("(borne_by IS NOT NULL) = (status = 'decided')", name="borne_when_decided"),
        CheckConstraint("goods_received_at IS NULL OR goods_back", name="received_what_comes_back"),
        CheckConstraint("num_nulls(replacement_sscc, replacement_sent_at) IN (0, 2)", name="replaced_at_a_time"),
        Index("ix_returns_parcel_id", "parcel_id", "id"),
        Index("ix_returns_status", "status", "id"),
        Index("ix_returns_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    parcel_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("parcels.id"))
    request_key: Mapped[str] = mapped_column(Nfc(36), unique=True)
    reason: Mapped[ReturnReason] = mapped_column(Nfc(20))
    wish: Mapped[ReturnWish] = mapped_column(Nfc(12))
    wanted_vnd: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[ReturnStatus] = mapped_column(Nfc(12), default=ReturnStatus.OPEN)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    goods_back: Mapped[bool] = mapped_column(default=False)
    goods_received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    borne_by: Mapped[CostBearer | None] = mapped_column(Nfc(8))
    cash_return_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("cash_returns.id"), unique=True)
    replacement_sscc: Mapped[str | None] = mapped_column(Nfc(18), unique=True)
    replacement_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    parcel: Mapped[Parcel] = relationship(lazy="raise")
    refunds: Mapped[list["ReturnRefund"]] = relationship(order_by="ReturnRefund.id", lazy="raise")
    cash_return: Mapped[CashReturn | None] = relationship(lazy="raise")
    lines: Mapped[list["ReturnLine"]] = relationship(order_by="ReturnLine.id", lazy="raise")
    statements: Mapped[list["ReturnStatement"]] = relationship(order_by="ReturnStatement.id", lazy="raise")
    changes: Mapped[list["ReturnChange"]] = relationship(order_by="ReturnChange.id", lazy="raise")

    @property
    def may_be_sent_again(self) -> bool:
        """Whether the producer, who agreed to send the goods again, has not written down yet that they went.

        The refunds are loaded.
        """
        agreed = self.status == ReturnStatus.REPLACING or (
            # The buyer may be faster than who packs, and so may silence.
            self.status == ReturnStatus.SETTLED
            and self.wish == ReturnWish.REPLACEMENT
            and not self.refunds
            and self.cash_return_id is None
        )
        return agreed and self.replacement_sscc is None

    @property
    def given_back_vnd(self) -> int | None:
        """What of the money goes back, in dong, or went; None where nothing does. Both ways are loaded."""
        if self.refunds:
            return sum(link.refund.amount_vnd for link in self.refunds)
        return self.cash_return.amount_vnd if self.cash_return is not None else None


class ReturnRefund(Model):
    """What one payment of the order gives back for a return: a refund, or later the one that tries it again.

    In the ledger, what the site bears of it stands under `id`.
    """

    __tablename__ = "return_refunds"
    __table_args__ = (Index("ix_return_refunds_return_id", "return_id", "id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    return_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("returns.id"))
    refund_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("refunds.id"), unique=True)

    refund: Mapped[Refund] = relationship(lazy="raise")


class ReturnLine(Model):
    """So many units of one order line that a return is about.

    `amount_vnd` is what was last offered or decided for them, in dong. Of the units `refunded_quantity` were given back
    at their whole price. Of those that came back `fit_quantity` can be sold again.
    """

    __tablename__ = "return_lines"
    __table_args__ = (
        UniqueConstraint("return_id", "order_line_id"),
        CheckConstraint("quantity BETWEEN 1 AND 999", name="quantity_range"),
        CheckConstraint("amount_vnd >= 0", name="amount_not_negative"),
        CheckConstraint("refunded_quantity IN (0, quantity)", name="refunded_whole"),
        CheckConstraint("fit_quantity BETWEEN 0 AND quantity", name="fit_range"),
        Index("ix_return_lines_order_line_id", "order_line_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    return_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("returns.id"))
    order_line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("order_lines.id"))
    quantity: Mapped[int]
    amount_vnd: Mapped[int | None] = mapped_column(BigInteger)
    refunded_quantity: Mapped[int] = mapped_column(default=0)
    fit_quantity: Mapped[int | None]

    order_line: Mapped[OrderLine] = relationship(lazy="raise")


class ReturnStatement(Model):
    """What one side says, with photos in the private storage. Append-only: both sides rely on it."""

    __tablename__ = "return_statements"
    __table_args__ = (
        CheckConstraint("side IN ('buyer', 'producer', 'site')", name="side_known"),
        CheckConstraint("body <> ''", name="said"),
        CheckConstraint("cardinality(photo_keys) <= 5", name="few_photos"),
        Index("ix_return_statements_return_id", "return_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    return_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("returns.id"))
    side: Mapped[Side] = mapped_column(Nfc(8))
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    body: Mapped[str] = mapped_column(Nfc(2000))
    photo_keys: Mapped[list[str]] = mapped_column(ARRAY(Nfc(80)), default=list)
    said_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    author: Mapped[User | None] = relationship(lazy="raise")


class ReturnChange(Model):
    """One change of state of a return: what, when, which side and who of it, why. Append-only."""

    __tablename__ = "return_changes"
    __table_args__ = (
        CheckConstraint(one_of("side", Side), name="side_known"),
        Index("ix_return_changes_return_id", "return_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    return_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("returns.id"))
    from_status: Mapped[ReturnStatus | None] = mapped_column(Nfc(12))
    to_status: Mapped[ReturnStatus] = mapped_column(Nfc(12))
    side: Mapped[Side] = mapped_column(Nfc(8))
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(Nfc(2000))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
