"""News about products."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class ProductChanged:
    """Something that shoppers see of a product is new, different or gone; market publishes it for prices and stock."""

    product_id: uuid.UUID
