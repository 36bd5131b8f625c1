"""News of refunds of orders."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class RefundResumed:
    """What a failed refund was to give back goes back after all: by the refund `refund_id`, which tries it again.

    Both ids are the same where it was paid by bank transfer.
    """

    refund_id: uuid.UUID
    failed_refund_id: uuid.UUID
