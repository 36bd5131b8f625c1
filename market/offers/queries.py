"""Reading offers."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import contains_eager

from catalog.products.models import ProductVariant
from core.db import db
from market.offers.availability import available_units
from market.offers.models import Offer, OfferStatus


def offers_of(product_id: uuid.UUID) -> Sequence[Offer]:
    """The offers of a product that are not paused, with their variants: by these, then as they were added."""
    return db.session.scalars(
        select(Offer)
        .outerjoin(Offer.variant)
        .options(contains_eager(Offer.variant))
        .where(Offer.product_id == product_id, Offer.status == OfferStatus.ACTIVE)
        .order_by(ProductVariant.position.nulls_first(), Offer.id)
    ).all()


def search_fields(product_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, Any]]:
    """What the market adds to the search documents of products, in one query.

    `price_from_vnd` is the lowest price in dong of what can be bought now, or of what is on sale at all when everything
    is sold out, and `unit` its unit; `available` counts sold units of that offer; `several_prices` says that there are
    others, `needs_cool_chain` that one of them must be kept cold. All are empty for a product that is not on sale.
    """
    nothing = {
        "price_from_vnd": None,
        "unit": None,
        "available": 0,
        "several_prices": False,
        "needs_cool_chain": False,
    }
    fields: dict[uuid.UUID, dict[str, Any]] = dict.fromkeys(product_ids, nothing)
    offers = (
        select(
            Offer.id,
            Offer.product_id,
            Offer.price_vnd,
            Offer.unit,
            available_units().label("available"),
            func.count().over(partition_by=Offer.product_id).label("offers"),
            func.bool_or(Offer.needs_cool_chain).over(partition_by=Offer.product_id).label("needs_cool_chain"),
        )
        .where(Offer.product_id.in_(product_ids), Offer.status == OfferStatus.ACTIVE)
        .subquery()
    )
    statement = (
        select(offers)
        .ext(distinct_on(offers.c.product_id))
        .order_by(offers.c.product_id, case((offers.c.available > 0, 0), else_=1), offers.c.price_vnd, offers.c.id)
    )
    for row in db.session.execute(statement):
        fields[row.product_id] = {
            "price_from_vnd": row.price_vnd,
            "unit": str(row.unit),
            "available": row.available,
            "several_prices": row.offers > 1,
            "needs_cool_chain": row.needs_cool_chain,
        }
    return fields
