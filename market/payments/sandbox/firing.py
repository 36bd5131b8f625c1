"""Events that somebody at the sandbox's page sends off: true ones again, and ones that are not true."""

from __future__ import annotations

from .balance import CHARGE, DISPUTE, PAYOUT
from .errors import ApiError
from .refunding import REFUND
from .store import Books
from .transitions import INTENT, SESSION

KINDS: dict[str, tuple[str, ...]] = {
    SESSION: (
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
    ),
    INTENT: (
        "payment_intent.created",
        "payment_intent.requires_action",
        "payment_intent.succeeded",
        "payment_intent.payment_failed",
        "payment_intent.canceled",
    ),
    CHARGE: ("charge.succeeded", "charge.failed", "charge.refunded"),
    REFUND: ("refund.created", "refund.updated", "refund.failed"),
    DISPUTE: (
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
    ),
    PAYOUT: ("payout.created", "payout.paid", "payout.failed"),
}
"""What there is news of, by the kind of object that it is about."""

_OBJECT_OF = {kind: object_kind for object_kind, kinds in KINDS.items() for kind in kinds}


def fire_event(books: Books, kind: str, object_id: str) -> None:
    """Send news of this kind about an object as it is now, whether or not that has happened.

    Raises ApiError for a kind that there is not, and 404 when there is no such object for it.
    """
    if kind not in _OBJECT_OF:
        raise ApiError(f"There is no event {kind[:100]!r}.", param="type")
    books.emit(kind, books.get(_OBJECT_OF[kind], object_id).data)
