"""News of reviews."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class ReviewWritten:
    """A buyer reviewed what they got; changing it is no news."""

    review_id: uuid.UUID


@dataclass(frozen=True)
class ReviewAnswered:
    """The producer answered a review for the first time."""

    review_id: uuid.UUID
