"""Does every offer's stock agree with its movements, and hold nothing for who will not come?

The database holds offers to their movements; this looks all the same.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import aliased

from core.db import db
from market.offers.models import Offer, StockMovement, StockMovementKind

MOST_REPORTED = 100
OrderIds = Callable[[], Select[uuid.UUID]]
_who_may_hold: list[OrderIds] = []


def register_holding_orders(order_ids: OrderIds) -> None:
    """Name the query of the orders that may hold goods: what is reserved for any other has leaked."""
    if order_ids not in _who_may_hold:
        _who_may_hold.append(order_ids)


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


@dataclass(frozen=True)
class LeakedStock:
    """Sold units of an offer that an order still holds although it is over."""

    offer_id: uuid.UUID
    order_id: uuid.UUID
    units: int


def find_leaked_stock(*, limit: int = MOST_REPORTED) -> Sequence[LeakedStock]:
    """What is reserved for orders that neither bought it nor let it go, and no longer may hold it, in one query."""
    reserved, ended = StockMovement, aliased(StockMovement)
    rows = db.session.execute(
        select(reserved.offer_id, reserved.order_id, reserved.reserved_change)
        .where(
            reserved.kind == StockMovementKind.RESERVE,
            ~exists().where(
                ended.order_id == reserved.order_id,
                ended.offer_id == reserved.offer_id,
                ended.kind.in_([StockMovementKind.RELEASE, StockMovementKind.SELL]),
            ),
            *(reserved.order_id.not_in(order_ids()) for order_ids in _who_may_hold),
        )
        .order_by(reserved.id)
        .limit(limit)
    )
    return [LeakedStock(offer_id, order_id, units) for offer_id, order_id, units in rows if order_id is not None]
