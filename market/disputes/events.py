"""News of disputes."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class DisputeChanged:
    """A dispute was opened or decided; `stage` is where it stands now."""

    dispute_id: uuid.UUID
    stage: str
