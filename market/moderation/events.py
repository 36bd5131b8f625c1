"""News of moderation."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class ContentModerated:
    """An officer hid something, or showed it again; the decision's row says what and why."""

    decision_id: uuid.UUID
