"""Where to buy a product, for the public trace record of its lots."""

import uuid
from collections.abc import Sequence

from flask import url_for
from sqlalchemy import bindparam, select

from catalog.products.models import Product, ProductStatus
from core.db import db
from market.offers.models import Offer, OfferStatus
from market.offers.units import base_unit_of, unit_label
from traceability.passport.offers import BuyOption

_ACTIVE_OFFERS = (
    select(
        Product.slug,
        Product.category,
        Offer.unit,
        Offer.content_quantity,
        Offer.price_vnd,
        (Offer.on_hand > Offer.reserved).label("available"),
    )
    .join(Product, Product.id == Offer.product_id)
    .where(
        Offer.product_id == bindparam("product_id"),
        Offer.status == OfferStatus.ACTIVE,
        Product.status == ProductStatus.PUBLISHED,
    )
    .order_by(Offer.price_vnd, Offer.id)
)
"""Made once: a trace page is opened often, and making the statement costs as much as running it."""


def buy_options(product_id: uuid.UUID) -> Sequence[BuyOption]:
    """The offers of a published product, cheapest first, in one query."""
    rows = db.session.execute(_ACTIVE_OFFERS, {"product_id": product_id}).all()
    base_unit = base_unit_of(rows)
    return [
        BuyOption(
            label=unit_label(row.unit, row.content_quantity, base_unit, row.category),
            price_vnd=row.price_vnd,
            url=url_for("storefront.product", slug=row.slug),
            available=row.available,
        )
        for row in rows
    ]
