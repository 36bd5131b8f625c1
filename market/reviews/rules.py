"""Decisions about reviews, without I/O."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

MAY_CHANGE_FOR: Final = timedelta(days=14)
MOST_PHOTOS: Final = 4
LONGEST_BODY: Final = 2000
LONGEST_NAME: Final = 60
SHORTEST_ANSWER: Final = 5


@dataclass(frozen=True)
class Rating:
    """How many reviews there are, and the sum of their stars."""

    count: int
    stars_sum: int

    @property
    def average(self) -> Decimal:
        """The average with one decimal, halves rounded up; 0 when there is none."""
        if self.count == 0:
            return Decimal(0)
        return (Decimal(self.stars_sum) / self.count).quantize(Decimal("0.1"), ROUND_HALF_UP)


def may_change(created_at: datetime, now: datetime) -> bool:
    """Whether its author may still change a review that was written then."""
    return now - created_at <= MAY_CHANGE_FOR


def name_to_show(buyer_name: str) -> str:
    """What a buyer is called beside the review unless they say otherwise: the given name, which comes last."""
    return buyer_name.rsplit(maxsplit=1)[-1][:LONGEST_NAME] if buyer_name.split() else ""
