"""Reading the offer that is about to go into a basket."""

import uuid
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Uuid, bindparam, select

from catalog.products.models import Product, ProductStatus
from catalog.products.naming import names_with_variant
from core.db import SettledStatement, rows_within_transaction, settled
from market.carts.waiting import units_for
from market.offers.models import Offer, OfferStatus


@dataclass(frozen=True)
class OfferOnSale:
    """One offer with its product, as the page says that names what is left of it."""

    id: uuid.UUID
    price_vnd: int
    available: int
    unit: str
    content_quantity: int
    product_slug: str
    name_vi: str
    name_en: str
    illustration: str
    photo_key: str | None
    category: str


def find_offer_on_sale(
    offer_id: uuid.UUID, cart_id: uuid.UUID | None, buyer_id: uuid.UUID | None
) -> OfferOnSale | None:
    """The offer with its product, as the buyer's basket `cart_id` can have it, or None when it cannot be bought."""
    statement = _statement(has_buyer=buyer_id is not None)
    rows = rows_within_transaction(statement, {"offer_id": offer_id, "cart_id": cart_id, "buyer_id": buyer_id})
    return OfferOnSale(**rows[0]._asdict()) if rows else None


@cache
def _statement(*, has_buyer: bool) -> SettledStatement:
    buyer_id = bindparam("buyer_id", type_=Uuid()) if has_buyer else None
    return settled(
        select(
            Offer.id,
            Offer.price_vnd,
            units_for(bindparam("cart_id", type_=Uuid()), buyer_id).label("available"),
            Offer.unit,
            Offer.content_quantity,
            Product.slug.label("product_slug"),
            *names_with_variant(),
            Product.illustration,
            Product.photo_key,
            Product.category,
        )
        .join(Product, Product.id == Offer.product_id)
        .outerjoin(Offer.variant)
        .where(
            Offer.id == bindparam("offer_id"),
            Offer.status == OfferStatus.ACTIVE,
            Product.status == ProductStatus.PUBLISHED,
        )
    )
