"""Reading offers."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, func, select

from core.db import db
from market.offers.models import Offer, OfferStatus


def offers_of(product_id: uuid.UUID) -> Sequence[Offer]:
    """The offers of a product that are not paused, in the order in which they were added; at most one a unit."""
    return db.session.scalars(
        select(Offer).where(Offer.product_id == product_id, Offer.status == OfferStatus.ACTIVE).order_by(Offer.id)
    ).all()


def search_fields(product_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, Any]]:
    """What the market adds to the search documents of products, in one query.

    `price_from_vnd` is the lowest price of what can be bought now, or of what is on sale at all when everything is sold
    out, in dong or None; `unit` and `content_quantity` belong to it; `available` says whether anything can be bought.
    """
    fields: dict[uuid.UUID, dict[str, Any]] = {
        product_id: {"price_from_vnd": None, "unit": None, "content_quantity": None, "offers": 0, "available": False}
        for product_id in product_ids
    }
    available = Offer.on_hand > Offer.reserved
    statement = (
        select(
            Offer.product_id,
            Offer.price_vnd,
            Offer.unit,
            Offer.content_quantity,
            available.label("available"),
            func.count().over(partition_by=Offer.product_id).label("offers"),
        )
        .where(Offer.product_id.in_(product_ids), Offer.status == OfferStatus.ACTIVE)
        .distinct(Offer.product_id)
        .order_by(Offer.product_id, case((available, 0), else_=1), Offer.price_vnd, Offer.id)
    )
    for row in db.session.execute(statement):
        fields[row.product_id] = {
            "price_from_vnd": row.price_vnd,
            "unit": str(row.unit),
            "content_quantity": row.content_quantity,
            "offers": row.offers,
            "available": row.available,
        }
    return fields
