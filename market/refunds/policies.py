"""Who gives money back: producers for what they cannot deliver, officers for everything."""

from typing import Final

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from market.orders.models import Parcel, ParcelStatus
from market.payments.policies import looks_after_payments
from market.payments.purposes import RefundReason

FOLLOWS_BY_ITSELF: Final = (RefundReason.PACKED_WEIGHT, RefundReason.HARVEST_FAILED, RefundReason.BALANCE_UNPAID)
"""Reasons that nobody chooses: the money follows what was packed or picked, or that the rest was not paid."""


def may_refund_any(actor: Actor) -> bool:
    """Whether `actor` may give back any part of any order."""
    return looks_after_payments(actor)


def may_refund_short(actor: Actor, parcel: Parcel) -> bool:
    """Whether `actor` may say that lines of `parcel` cannot be delivered: its producer's members, before packing."""
    return parcel.status == ParcelStatus.TO_PACK and may_act_for(actor, parcel.producer_id)


def may_refund(actor: Actor, parcel: Parcel, reason: RefundReason) -> bool:
    """Whether `actor` may give back something of `parcel` for this reason.

    A producer's members do so for what they cannot deliver before it is packed, and for what was recalled from them.
    """
    if reason in FOLLOWS_BY_ITSELF or may_refund_any(actor):
        return True
    if reason is RefundReason.RECALLED:
        return may_act_for(actor, parcel.producer_id)
    return reason is RefundReason.LINE_SHORT and may_refund_short(actor, parcel)
