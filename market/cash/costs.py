"""What an order paid at the door costs its buyer by now."""

import uuid
from collections.abc import Iterable, Mapping

from market.cash.models import CashParcel, CashReturn, CashStatus
from market.cash.queries import cash_money
from market.orders.costs import OrderCosts
from market.orders.models import Order, Parcel, ParcelStatus


def cash_costs(order: Order, cash: Mapping[uuid.UUID, CashParcel], returned: Iterable[CashReturn]) -> OrderCosts:
    """The costs of an order whose parcels and lines are loaded, by the cash of its parcels and all that went back.

    What the buyer says did not come does not count as given back.
    """
    charged_vnd = sum(cash_money(parcel).due_vnd for parcel in order.parcels)
    weight_vnd = sum(parcel.repriced_vnd or 0 for parcel in order.parcels if cash_money(parcel).is_sent)
    return OrderCosts(
        total_vnd=order.total_vnd,
        due_vnd=sum(cash_money(parcel).due_vnd for parcel in order.parcels if _is_due(parcel, cash)),
        weight_vnd=weight_vnd,
        not_charged_vnd=order.total_vnd + weight_vnd - charged_vnd,
        adjusted_at_door_vnd=sum(
            found.received_vnd - cash_money(parcel).due_vnd
            for parcel in order.parcels
            if (found := cash.get(parcel.id)) is not None and found.received_vnd is not None
        ),
        given_back_vnd=sum(back.amount_vnd for back in returned if not back.is_owed and not back.is_missed),
    )


def _is_due(parcel: Parcel, cash: Mapping[uuid.UUID, CashParcel]) -> bool:
    if parcel.status in (ParcelStatus.CANCELLED, ParcelStatus.RETURNED):
        return False
    found = cash.get(parcel.id)
    return found is None or found.status == CashStatus.DUE
