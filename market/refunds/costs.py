"""What an order paid by card costs its buyer by now."""

from collections.abc import Sequence

from market.collections.models import Collection, CollectionReason, CollectionStatus
from market.orders.costs import OrderCosts
from market.orders.models import Order
from market.payments.models import Refund, RefundStatus
from market.payments.purposes import RefundReason


def card_costs(order: Order, collections: Sequence[Collection], refunds: Sequence[Refund]) -> OrderCosts:
    """The costs of a paid order, whose parcels and lines are loaded, by all its collections and refunds."""
    # A refund of a whole payment has no lines: that payment came too late, and was never part of the order.
    of_order = [refund for refund in refunds if refund.lines]
    given = [refund for refund in of_order if refund.status != RefundStatus.FAILED]
    lighter_vnd = sum(refund.amount_vnd for refund in given if refund.reason == RefundReason.PACKED_WEIGHT)
    # Of the price of goods that are given back before their rest is paid, only the deposit was paid. One that came
    # back from the bank and is tried again counts once.
    deposits_vnd = sum(
        line.deposit_vnd
        for refund in of_order
        if refund.retry_of is None
        for line in refund.lines
        if line.order_line_id is not None
    )
    withdrawn_vnd = sum(line.withdrawn_vnd for parcel in order.parcels for line in parcel.lines)
    return OrderCosts(
        total_vnd=order.total_vnd,
        due_vnd=order.rest_vnd,
        weight_vnd=_heavier_vnd(order, collections) - lighter_vnd,
        not_charged_vnd=withdrawn_vnd - deposits_vnd,
        given_back_vnd=sum(refund.amount_vnd for refund in given) - lighter_vnd,
    )


def _heavier_vnd(order: Order, collections: Sequence[Collection]) -> int:
    """What is paid, or still to be paid, for goods that weigh more."""
    paid_vnd = sum(
        collection.amount_vnd
        for collection in collections
        if collection.reason == CollectionReason.HEAVIER and collection.status == CollectionStatus.PAID
    )
    return paid_vnd + sum(parcel.due_vnd for parcel in order.parcels if not parcel.deposit_vnd)
