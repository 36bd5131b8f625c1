"""News of cash that goes back."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class CashMissed:
    """A buyer says that cash which is noted as given back, outside a return, did not come."""

    cash_return_id: uuid.UUID
