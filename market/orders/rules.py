"""Decisions about orders, without I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from market.orders.models import OrderStatus, ParcelStatus

ORDER_TRANSITIONS: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.AWAITING_PAYMENT: frozenset(
        {OrderStatus.PAID, OrderStatus.CASH_DUE, OrderStatus.EXPIRED, OrderStatus.NEEDS_REVIEW}
    ),
    OrderStatus.CASH_DUE: frozenset({OrderStatus.SHIPPED, OrderStatus.CANCELLED}),
    OrderStatus.PAID: frozenset({OrderStatus.SHIPPED, OrderStatus.CANCELLED}),
    OrderStatus.NEEDS_REVIEW: frozenset({OrderStatus.EXPIRED}),
    # Everything of it was refused at the door.
    OrderStatus.SHIPPED: frozenset({OrderStatus.CANCELLED}),
    OrderStatus.EXPIRED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
}

PARCEL_TRANSITIONS: dict[ParcelStatus, frozenset[ParcelStatus]] = {
    ParcelStatus.WAITING: frozenset({ParcelStatus.TO_PACK}),
    ParcelStatus.TO_PACK: frozenset({ParcelStatus.PACKED, ParcelStatus.CANCELLED}),
    ParcelStatus.PACKED: frozenset({ParcelStatus.SHIPPED}),
    ParcelStatus.SHIPPED: frozenset({ParcelStatus.RETURNED}),
    ParcelStatus.RETURNED: frozenset(),
    ParcelStatus.CANCELLED: frozenset(),
}


CONFIRMED = (OrderStatus.PAID, OrderStatus.CASH_DUE)
"""Orders that are packed: paid, or to be paid at the door."""


DONE = frozenset({ParcelStatus.SHIPPED, ParcelStatus.CANCELLED, ParcelStatus.RETURNED})
"""Parcels with which the producer has nothing more to do."""


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
    if status not in CONFIRMED:
        return 1
    packed = all(parcel not in (ParcelStatus.WAITING, ParcelStatus.TO_PACK) for parcel in parcels)
    return 3 if packed else 2


MOST_TIMES_ESTIMATE = 3
"""A packed weight beyond so many times the estimate is a slip of the finger, and asked for again."""


class WeightCase(StrEnum):
    """How packed goods compare with their estimate."""

    AS_ESTIMATED = "as_estimated"
    LIGHTER = "lighter"
    HEAVIER_WITHIN_TOLERANCE = "heavier_within_tolerance"
    HEAVIER_THAN_TOLERANCE = "heavier_than_tolerance"


@dataclass(frozen=True)
class WeighedLine:
    """A line priced by weight as it was ordered: `line_total_vnd` is the price of `estimated_grams`."""

    line_total_vnd: int
    discount_vnd: int
    estimated_grams: int
    tolerance_percent: int


@dataclass(frozen=True)
class PackedPrice:
    """What a line costs at its packed weight: `charged_grams` are paid for, the rest is a gift.

    `difference_vnd` is what the buyer owes more; below zero it goes back.
    """

    case: WeightCase
    charged_grams: int
    final_vnd: int
    discount_vnd: int
    difference_vnd: int


def price_by_weight(line: WeighedLine, packed_grams: int) -> PackedPrice:
    """Price a line again at what it weighs, in proportion to the estimate; half a dong is rounded up.

    Lighter goods cost less, and their discount shrinks with them. Heavier goods cost more up to the tolerance; what
    weighs more than that is capped there.
    """
    most = line.estimated_grams * (100 + line.tolerance_percent) // 100
    charged = min(packed_grams, most)
    final = (2 * line.line_total_vnd * charged + line.estimated_grams) // (2 * line.estimated_grams)
    if packed_grams > most:
        case = WeightCase.HEAVIER_THAN_TOLERANCE
    elif packed_grams > line.estimated_grams:
        case = WeightCase.HEAVIER_WITHIN_TOLERANCE
    else:
        case = WeightCase.AS_ESTIMATED if packed_grams == line.estimated_grams else WeightCase.LIGHTER
    discount = line.discount_vnd
    if case is WeightCase.LIGHTER:
        discount = line.discount_vnd * final // line.line_total_vnd
    before = line.line_total_vnd - line.discount_vnd
    return PackedPrice(case, charged, final, discount, final - discount - before)


@dataclass(frozen=True)
class RepricedParcel:
    """A parcel after weighing: goods, commission and delivery in dong, and what the buyer owes more or gets back."""

    goods_vnd: int
    commission_vnd: int
    delivery_vnd: int
    difference_vnd: int


def reprice_parcel(
    *,
    other_goods_vnd: int,
    producer_discount_vnd: int,
    weighed: Sequence[tuple[WeighedLine, PackedPrice]],
    delivery_vnd: int,
    delivery_after_vnd: int,
    basis_points: int,
) -> RepricedParcel:
    """What a parcel comes to at its packed weight. `other_goods_vnd` are the lines that are not priced by weight.

    The commission follows what the producer earns, at the rate frozen with the order. What discounts shrink by stays
    with the producer's share until it is used up, so that the commission never falls below zero.
    """
    goods = other_goods_vnd + sum(packed.final_vnd for _line, packed in weighed)
    shrunk = sum(line.discount_vnd - packed.discount_vnd for line, packed in weighed)
    earned = max(goods - max(producer_discount_vnd - shrunk, 0), 0)
    difference = sum(packed.difference_vnd for _line, packed in weighed) + delivery_after_vnd - delivery_vnd
    return RepricedParcel(goods, commission_vnd(earned, basis_points), delivery_after_vnd, difference)
