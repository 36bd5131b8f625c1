"""Decisions about orders, without I/O."""

from collections.abc import Iterable

from market.orders.models import OrderStatus, ParcelStatus

ORDER_TRANSITIONS: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.AWAITING_PAYMENT: frozenset({OrderStatus.PAID, OrderStatus.EXPIRED, OrderStatus.NEEDS_REVIEW}),
    OrderStatus.PAID: frozenset({OrderStatus.SHIPPED, OrderStatus.CANCELLED}),
    OrderStatus.NEEDS_REVIEW: frozenset({OrderStatus.EXPIRED}),
    OrderStatus.SHIPPED: frozenset(),
    OrderStatus.EXPIRED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
}

PARCEL_TRANSITIONS: dict[ParcelStatus, frozenset[ParcelStatus]] = {
    ParcelStatus.WAITING: frozenset({ParcelStatus.TO_PACK}),
    ParcelStatus.TO_PACK: frozenset({ParcelStatus.PACKED, ParcelStatus.CANCELLED}),
    ParcelStatus.PACKED: frozenset({ParcelStatus.SHIPPED}),
    ParcelStatus.SHIPPED: frozenset(),
    ParcelStatus.CANCELLED: frozenset(),
}


def order_may_become(current: OrderStatus, new: OrderStatus) -> bool:
    """Whether an order may go from one state to the other."""
    return new in ORDER_TRANSITIONS[OrderStatus(current)]


def parcel_may_become(current: ParcelStatus, new: ParcelStatus) -> bool:
    """Whether a parcel may go from one state to the other."""
    return new in PARCEL_TRANSITIONS[ParcelStatus(current)]


def commission_vnd(goods_vnd: int, basis_points: int) -> int:
    """The site's share of a parcel's goods in dong; the fraction of a dong stays with the producer."""
    return goods_vnd * basis_points // 10_000


STEP_COUNT = 4


def steps_done(status: OrderStatus, parcels: Iterable[ParcelStatus]) -> int:
    """How many of the four steps an order has behind it: placed, paid, packed (all parcels), on its way (all)."""
    if status == OrderStatus.SHIPPED:
        return STEP_COUNT
    if status != OrderStatus.PAID:
        return 1
    packed = all(parcel not in (ParcelStatus.WAITING, ParcelStatus.TO_PACK) for parcel in parcels)
    return 3 if packed else 2
