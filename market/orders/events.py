"""News about orders."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class OrderPaid:
    """An order has been paid, and its stock sold."""

    order_id: uuid.UUID


@dataclass(frozen=True)
class OrderConfirmed:
    """An order is packed without a payment, since it is paid in cash when it comes; its stock is sold."""

    order_id: uuid.UUID


@dataclass(frozen=True)
class ParcelShipped:
    """A parcel is on its way."""

    parcel_id: uuid.UUID


@dataclass(frozen=True)
class OrderRefunded:
    """Money for an order goes back to its buyer: `amount_vnd` dong. `id` is this refund's own."""

    id: uuid.UUID
    order_id: uuid.UUID
    amount_vnd: int


@dataclass(frozen=True)
class ParcelRepriced:
    """The packed weight of a parcel changed its price: the buyer owes `difference_vnd` more, or below zero gets it."""

    parcel_id: uuid.UUID
    difference_vnd: int
