"""Who may change what is sold."""

import uuid

from catalog.products.models import Product
from catalog.products.policies import may_change
from catalog.products.queries import find_product
from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from market.offers.models import Offer


def require_own_product(actor: Actor, product_id: uuid.UUID) -> Product:
    """The product with `product_id`. Raises NotFound when it does not exist or is not the actor's to change."""
    product = find_product(product_id)
    if product is None or not may_change(actor, product):
        raise NotFound
    return product


def require_own_offer(actor: Actor, offer_id: uuid.UUID) -> Offer:
    """The offer with `offer_id`. Raises NotFound when it does not exist or its product is not the actor's to change."""
    offer = db.session.get(Offer, offer_id)
    if offer is None:
        raise NotFound
    require_own_product(actor, offer.product_id)
    return offer
