"""Who may change what is sold."""

import uuid

from sqlalchemy import select

from catalog.producers.policies import may_act_for
from catalog.products.models import Product
from core.accounts import Actor
from core.db import db
from core.errors import NotFound


def require_own_product(actor: Actor, product_id: uuid.UUID) -> Product:
    """The product with `product_id`. Raises NotFound when it does not exist or `actor` may not act for its producer."""
    product = db.session.scalar(select(Product).where(Product.id == product_id))
    if product is None or not may_act_for(actor, product.producer_id):
        raise NotFound
    return product
