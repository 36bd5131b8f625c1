"""News about offers."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class SaleOpened:
    """A product of which nothing could be bought can be bought again. `opening_id` is this opening's own."""

    opening_id: uuid.UUID
    product_id: uuid.UUID


@dataclass(frozen=True)
class OrderCycleCancelled:
    """A harvest that was ordered beforehand has failed: nobody gets it, and who paid gets the money back."""

    cycle_id: uuid.UUID
