"""News from the journal."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventsCaptured:
    """Events were captured in one go: their rows have ids from `first_id` to `last_id`.

    Ids are made in the order of time (UUID version 7), by every process for itself: rows that others captured in the
    same moment may lie between the two.
    """

    first_id: uuid.UUID
    last_id: uuid.UUID
