"""News of payments."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class RefundRequested:
    """Money is to go back to a buyer; the row of the refund says how much and why."""

    refund_id: uuid.UUID


@dataclass(frozen=True)
class RefundFailed:
    """The vendor will not make a refund, or a bank sent it back: a person has to find another way."""

    refund_id: uuid.UUID


@dataclass(frozen=True)
class PaymentNeedsReview:
    """What was paid is not what was asked for: a person has to look at it."""

    payment_id: uuid.UUID
