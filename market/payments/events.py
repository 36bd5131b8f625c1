"""News of payments."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class RefundRequested:
    """Money is to go back to a buyer; the row of the refund says how much and why."""

    refund_id: uuid.UUID
