"""News about recalls."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class LotRecalled:
    """A recall was approved: its lots must not be sold from now on."""

    recall_id: uuid.UUID


@dataclass(frozen=True)
class SaleReleased:
    """The producer sells a product again, from other lots than the recalled ones."""

    recall_id: uuid.UUID
    product_id: uuid.UUID
