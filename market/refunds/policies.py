"""Who gives money back: producers for what they cannot deliver, officers for everything."""

from typing import Final

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from market.orders.models import Parcel
from market.payments.policies import looks_after_payments
from market.payments.purposes import RefundReason

FOLLOWS_BY_ITSELF: Final = (RefundReason.PACKED_WEIGHT, RefundReason.HARVEST_FAILED, RefundReason.BALANCE_UNPAID)
"""Reasons that nobody chooses: the money follows what was packed or picked, or that the rest was not paid."""


FOR_PRODUCERS: Final = (RefundReason.LINE_SHORT, RefundReason.RECALLED)
"""Reasons for which a producer gives back what the buyer paid for its goods."""


def may_refund_any(actor: Actor) -> bool:
    """Whether `actor` may give back any part of any order."""
    return looks_after_payments(actor)


def may_refund(actor: Actor, parcel: Parcel, reason: RefundReason) -> bool:
    """Whether `actor` may give back something of `parcel` for this reason.

    A producer's members do so for what they cannot deliver, and for what was recalled from them.
    """
    if reason in FOLLOWS_BY_ITSELF or may_refund_any(actor):
        return True
    return reason in FOR_PRODUCERS and may_act_for(actor, parcel.producer_id)
