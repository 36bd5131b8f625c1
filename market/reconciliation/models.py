"""Table of what machines could not settle."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts import User
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from market.payments.models import Payment


class DiscrepancyKind(StrEnum):
    """What does not agree."""

    PAYMENT_DIFFERS = "payment_differs"
    PAYMENT_MISSING = "payment_missing"
    UNKNOWN_PAYMENT = "unknown_payment"
    REFUND_FAILED = "refund_failed"
    REFUND_NOT_MADE = "refund_not_made"
    REFUND_DIFFERS = "refund_differs"
    REFUND_MISSING = "refund_missing"
    UNKNOWN_REFUND = "unknown_refund"
    DISPUTE_DIFFERS = "dispute_differs"
    UNKNOWN_DISPUTE = "unknown_dispute"
    UNKNOWN_MOVEMENT = "unknown_movement"
    BALANCE_DIFFERS = "balance_differs"


class Resolution(StrEnum):
    """How a person, or a later sweep (`settled`), ended it."""

    REFUNDED = "refunded"
    ACCEPTED = "accepted"
    NOTED = "noted"
    RETRIED = "retried"
    TRANSFERRED = "transferred"
    SETTLED = "settled"


class Discrepancy(Model):
    """Something at the payment service that does not agree with our books, or the other way round.

    `external_id` is the vendor's id of it, or ours where the vendor knows nothing. `ours` and `theirs` are what both
    sides said when it was last looked at. Found again it stays one row; found again with other facts after it was
    resolved, it is open again.
    """

    __tablename__ = "payment_discrepancies"
    __table_args__ = (
        UniqueConstraint("kind", "external_id"),
        CheckConstraint("(resolution IS NULL) = (resolved_at IS NULL)", name="resolved_whole"),
        CheckConstraint(
            "resolution IN ('refunded', 'accepted', 'noted', 'retried', 'transferred', 'settled')",
            name="resolution_known",
        ),
        CheckConstraint(
            "kind IN ('payment_differs', 'payment_missing', 'unknown_payment', 'refund_failed', 'refund_differs', "
            "'refund_missing', 'unknown_refund', 'dispute_differs', 'unknown_dispute', 'unknown_movement', "
            "'balance_differs', 'refund_not_made')",
            name="kind_known",
        ),
        CheckConstraint("resolution <> 'noted' OR note <> ''", name="noted_with_note"),
        Index("ix_payment_discrepancies_open", "found_at", postgresql_where=text("resolved_at IS NULL")),
        Index("ix_payment_discrepancies_payment_id", "payment_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[DiscrepancyKind] = mapped_column(Nfc(24))
    external_id: Mapped[str] = mapped_column(Nfc(255))
    payment_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("payments.id"))
    ours: Mapped[dict[str, Any]] = mapped_column(JSONB)
    theirs: Mapped[dict[str, Any]] = mapped_column(JSONB)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    resolution: Mapped[Resolution | None] = mapped_column(Nfc(12))
    note: Mapped[str | None] = mapped_column(Nfc(500))
    resolved_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    payment: Mapped[Payment | None] = relationship(lazy="raise")
    resolver: Mapped[User | None] = relationship(lazy="raise")

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a person."""
        return self.resolved_at is None
