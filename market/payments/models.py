"""Tables of payments and refunds."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts import User
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from market.payments.purposes import PurposeKind, RefundReason


class PaymentStatus(StrEnum):
    """State of a payment; the transitions are in `rules.py`."""

    PENDING = "pending"
    OPEN = "open"
    SUCCEEDED = "succeeded"
    EXPIRED = "expired"
    NEEDS_REVIEW = "needs_review"
    REFUNDED = "refunded"


PURPOSE_COLUMNS = {
    PurposeKind.ORDER: "order_id",
    PurposeKind.STALL_SALE: "stall_sale_id",
    PurposeKind.COLLECTION: "collection_id",
}
HELD = (PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED)
"""States of a payment that came in as it was asked for."""


class Payment(Model):
    """One attempt to pay an order, a sale at a stall or a collection through a hosted Checkout Session.

    At most one attempt is live (pending or open) for each of them. `pending` means our row is committed and the
    session is not known yet; `idempotency_key` lets us ask again without making a second one. Amounts in dong.
    `status_by` and `status_reason` say who brought it into its state and why: the database copies them, with every
    change of state, into a PaymentChange.
    """

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("num_nonnulls(order_id, stall_sale_id, collection_id) = 1", name="one_purpose"),
        CheckConstraint("amount_vnd > 0", name="amount_positive"),
        CheckConstraint(
            "status IN ('pending', 'open', 'succeeded', 'expired', 'needs_review', 'refunded')", name="status_known"
        ),
        Index(
            "uq_payments_live_order",
            "order_id",
            unique=True,
            postgresql_where=text("status IN ('pending', 'open')"),
        ),
        Index(
            "uq_payments_live_stall_sale",
            "stall_sale_id",
            unique=True,
            postgresql_where=text("status IN ('pending', 'open')"),
        ),
        Index(
            "uq_payments_live_collection",
            "collection_id",
            unique=True,
            postgresql_where=text("status IN ('pending', 'open')"),
        ),
        Index("ix_payments_status_expires_at", "status", "expires_at"),
        Index("ix_payments_order_id", "order_id"),
        Index("ix_payments_stall_sale_id", "stall_sale_id"),
        Index("ix_payments_collection_id", "collection_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("orders.id"))
    stall_sale_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("stall_sales.id"))
    collection_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("collections.id"))
    attempt: Mapped[int]
    amount_vnd: Mapped[int] = mapped_column(BigInteger)
    refunded_vnd: Mapped[int] = mapped_column(BigInteger, default=0)
    status: Mapped[PaymentStatus] = mapped_column(Nfc(16), default=PaymentStatus.PENDING)
    status_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    status_reason: Mapped[str] = mapped_column(Nfc(500), default="The buyer wants to pay")
    idempotency_key: Mapped[str] = mapped_column(Nfc(255), unique=True)
    session_id: Mapped[str | None] = mapped_column(Nfc(255), unique=True)
    payment_intent_id: Mapped[str | None] = mapped_column(Nfc(255), unique=True)
    page_url: Mapped[str | None] = mapped_column(Nfc(2000))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    review_reason: Mapped[str | None] = mapped_column(Nfc(500))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def purpose_kind(self) -> PurposeKind:
        """What kind of thing this pays."""
        return next(kind for kind, column in PURPOSE_COLUMNS.items() if getattr(self, column) is not None)

    @property
    def purpose_id(self) -> uuid.UUID:
        """What this pays, by its id."""
        purpose_id = self.order_id or self.stall_sale_id or self.collection_id
        assert purpose_id is not None  # a constraint of the table
        return purpose_id

    @property
    def is_live(self) -> bool:
        """Whether somebody may still pay through this attempt."""
        return self.status in (PaymentStatus.PENDING, PaymentStatus.OPEN)


class RefundStatus(StrEnum):
    """State of a refund; the transitions are in `rules.py`."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TRANSFERRED = "transferred"


CAME_BACK = (RefundStatus.FAILED, RefundStatus.TRANSFERRED)
"""States of a refund that the vendor did not bring to the buyer; of the second one, the site's bank did."""


class Refund(Model):
    """Money given back from one payment, in dong.

    The row is committed as `pending` before the gateway is asked, with the key that makes asking again harmless. A
    refund of a whole payment has no lines, one of parts of an order names them; `note` is what who asked wrote.
    `requested_by` is None for what the site itself decided. A failed one is tried again once, by the refund that names
    it as `retry_of`, or it was paid from the site's bank: on which day, with which reference there, says
    `transferred_by`.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount_vnd > 0", name="amount_positive"),
        CheckConstraint("status IN ('pending', 'succeeded', 'failed', 'transferred')", name="status_known"),
        CheckConstraint(
            "num_nonnulls(transferred_on, transfer_reference, transferred_by)"
            " = CASE WHEN status = 'transferred' THEN 3 ELSE 0 END",
            name="transferred_by_somebody",
        ),
        CheckConstraint(
            "reason IN ('buyer_cancelled', 'line_short', 'returned', 'recalled', 'goodwill', 'dispute', "
            "'packed_weight', 'harvest_failed', 'balance_unpaid', 'paid_too_late', 'reviewed', 'made_at_vendor')",
            name="reason_known",
        ),
        Index("ix_refunds_pending", "created_at", postgresql_where=text("status = 'pending'")),
        Index("ix_refunds_payment_id", "payment_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    payment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("payments.id"))
    reason: Mapped[RefundReason] = mapped_column(Nfc(20))
    note: Mapped[str | None] = mapped_column(Nfc(500))
    requested_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    amount_vnd: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[RefundStatus] = mapped_column(Nfc(12), default=RefundStatus.PENDING)
    idempotency_key: Mapped[str] = mapped_column(Nfc(255), unique=True)
    external_id: Mapped[str | None] = mapped_column(Nfc(255), unique=True)
    failure: Mapped[str | None] = mapped_column(Nfc(500))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retry_of: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("refunds.id"), unique=True)
    transferred_on: Mapped[date | None]
    transfer_reference: Mapped[str | None] = mapped_column(Nfc(140))
    transferred_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))

    lines: Mapped[list["RefundLine"]] = relationship(order_by="RefundLine.id", lazy="raise")


class PaymentChange(Model):
    """One change of state of a payment, or of one of its refunds: what, when, by whom, why. Append-only.

    The database itself writes it down, whatever changed the row; `actor_id` is None for what the vendor, the clock or
    a buyer without an account did.
    """

    __tablename__ = "payment_changes"
    __table_args__ = (Index("ix_payment_changes_payment_id", "payment_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    payment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("payments.id"))
    refund_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("refunds.id"))
    from_status: Mapped[str | None] = mapped_column(Nfc(16))
    to_status: Mapped[str] = mapped_column(Nfc(16))
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(Nfc(500))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    actor: Mapped[User | None] = relationship(lazy="raise")


class RefundLine(Model):
    """What one refund gives back for one line of an order, or for the delivery of one parcel (no `order_line_id`).

    The shares say whose money it is, in dong: the producer's, the site's commission and its delivery; `voucher_vnd`
    of what the site had put in comes back to it. A deposit whose rest is not paid is nobody's yet: `deposit_vnd`. They
    are fixed when the refund is asked for, so that the ledger entry later takes off exactly what was put on.
    """

    __tablename__ = "refund_lines"
    __table_args__ = (
        CheckConstraint(
            "amount_vnd > 0 OR amount_vnd = 0 AND (delivery_vnd > 0 OR voucher_vnd > 0)"
            " OR amount_vnd = 0 AND quantity > 0",
            name="amount_positive",
        ),
        CheckConstraint(
            "amount_vnd = seller_vnd + commission_vnd + delivery_vnd + deposit_vnd - voucher_vnd", name="shares_add_up"
        ),
        CheckConstraint("(order_line_id IS NULL) = (quantity IS NULL)", name="quantity_of_a_line"),
        CheckConstraint("quantity >= 0", name="quantity_not_negative"),
        CheckConstraint(
            "CASE WHEN order_line_id IS NULL THEN commission_vnd = 0 ELSE delivery_vnd = 0 END",
            name="delivery_apart",
        ),
        UniqueConstraint("refund_id", "parcel_id", "order_line_id", postgresql_nulls_not_distinct=True),
        Index("ix_refund_lines_order_line_id", "order_line_id"),
        Index("ix_refund_lines_parcel_id", "parcel_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    refund_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("refunds.id"))
    parcel_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("parcels.id"))
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    order_line_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("order_lines.id"))
    quantity: Mapped[int | None]
    amount_vnd: Mapped[int] = mapped_column(BigInteger)
    seller_vnd: Mapped[int] = mapped_column(BigInteger)
    commission_vnd: Mapped[int] = mapped_column(BigInteger)
    delivery_vnd: Mapped[int] = mapped_column(BigInteger)
    voucher_vnd: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    deposit_vnd: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class ProcessorMovement(Model):
    """One change of the balance at the vendor, in dong, as it was when the sweep saw it first; append-only.

    `amount_vnd` is before `fee_vnd`, which is what the ledger's entry of the fee says. Our id is made from theirs.
    """

    __tablename__ = "processor_movements"
    __table_args__ = (Index("ix_processor_movements_happened_at", "happened_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(Nfc(255), unique=True)
    kind: Mapped[str] = mapped_column(Nfc(60))
    source_id: Mapped[str | None] = mapped_column(Nfc(255))
    amount_vnd: Mapped[int] = mapped_column(BigInteger)
    fee_vnd: Mapped[int] = mapped_column(BigInteger)
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
