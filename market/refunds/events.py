"""News of refunds of orders."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class RefundResumed:
    """What a failed refund was to give back goes back after all: by the refund `refund_id`, which tries it again.

    Both ids are the same where it was paid by bank transfer.
    """

    refund_id: uuid.UUID
    failed_refund_id: uuid.UUID


@dataclass(frozen=True)
class RefundNotMade:
    """The site was to give something of an order back by itself and could not: a person has to.

    `reason` is a RefundReason, `why` the name of an error of `market.refunds.errors` or of orders. `request_key` names
    what was to be given back; it may be tried again with the same.
    """

    order_id: uuid.UUID
    reason: str
    request_key: str
    why: str
