"""Does every offer's stock agree with its movements? The database holds them to it; this looks all the same."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from core.db import db
from market.offers.models import Offer, StockMovement

MOST_REPORTED = 100


@dataclass(frozen=True)
class StockDifference:
    """An offer whose counters are not the sums over its movements; all in sold units."""

    offer_id: uuid.UUID
    on_hand: int
    moved_on_hand: int
    reserved: int
    moved_reserved: int


def find_stock_differences(*, limit: int = MOST_REPORTED) -> Sequence[StockDifference]:
    """The offers that disagree with the sums over all their movements, in one query; empty when all is well."""
    on_hand = func.coalesce(func.sum(StockMovement.on_hand_change), 0)
    reserved = func.coalesce(func.sum(StockMovement.reserved_change), 0)
    rows = db.session.execute(
        select(Offer.id, Offer.on_hand, on_hand, Offer.reserved, reserved)
        .outerjoin(StockMovement, StockMovement.offer_id == Offer.id)
        .group_by(Offer.id)
        .having(or_(Offer.on_hand != on_hand, Offer.reserved != reserved))
        .order_by(Offer.id)
        .limit(limit)
    )
    return [StockDifference(*row) for row in rows]
