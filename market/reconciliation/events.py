"""News of what does not agree."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class DiscrepancyFound:
    """Something was put before a person, for the first time or again after it had been resolved."""

    discrepancy_id: uuid.UUID
