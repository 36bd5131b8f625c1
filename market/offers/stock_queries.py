"""Reading the stock card of an offer."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from core.db import db
from market.offers.models import Offer, PriceTier, StockMovement
from market.orders.models import Order
from traceability.lots.models import Lot
from traceability.lots.queries import lots_at_hand

MOST_LOTS = 50


def movements_of(offer_id: uuid.UUID) -> Select[StockMovement]:
    """The movements of an offer, the newest first; give it to `paginate`."""
    return (
        select(StockMovement)
        .where(StockMovement.offer_id == offer_id)
        .options(joinedload(StockMovement.lot).lazyload(Lot.product))
        .order_by(StockMovement.number.desc())
    )


def order_numbers(order_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The numbers that people read of these orders."""
    return dict(db.session.execute(select(Order.id, Order.number).where(Order.id.in_(order_ids))).all())


def lots_for(offer: Offer) -> list[Lot]:
    """The lots that goods of an offer can come from: its own, or those its producer has something of, oldest first."""
    if offer.lot_id is not None:
        return [db.session.get_one(Lot, offer.lot_id)]
    product = offer.product
    found = lots_at_hand(product.producer_id, product_ids=[product.id], limit=MOST_LOTS)
    return [choice.lot for choice in found]


def tiers_of(offer_id: uuid.UUID) -> Sequence[PriceTier]:
    """The cheaper prices of an offer for larger quantities, from the smallest on; at most five."""
    return db.session.scalars(
        select(PriceTier).where(PriceTier.offer_id == offer_id).order_by(PriceTier.from_quantity).limit(5)
    ).all()
