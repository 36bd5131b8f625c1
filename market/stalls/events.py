"""News of stalls."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class StallSalePaid:
    """A sale at a stall has been paid in full; the amount is in dong."""

    sale_id: uuid.UUID
    stall_id: uuid.UUID
    amount_vnd: int
