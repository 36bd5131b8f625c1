"""News about offers."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class OrderCycleCancelled:
    """A harvest that was ordered beforehand has failed: nobody gets it, and who paid gets the money back."""

    cycle_id: uuid.UUID
