"""News of offers."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class SaleOpened:
    """A product of which nothing could be bought can be bought again. `opening_id` is this opening's own."""

    opening_id: uuid.UUID
    product_id: uuid.UUID
