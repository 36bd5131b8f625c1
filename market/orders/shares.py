"""Whose the money of a parcel is, as it was paid and as parts of it go back. Pure, in whole dong."""

from collections.abc import Sequence
from dataclasses import dataclass

from market.delivery.models import Carrier
from market.orders.models import Parcel
from market.orders.rules import commission_vnd


@dataclass(frozen=True)
class Paid:
    """How one kind of money in a parcel, its goods or its delivery, was posted when the buyer paid `amount_vnd` for it.

    `fee_vnd` went to the site, as commission, or as the fee where its courier delivers. `voucher_vnd` is what the site
    put in, since the buyer paid less. The rest is the producer's, and may be below zero where the producer pays for
    the delivery.
    """

    amount_vnd: int
    fee_vnd: int
    voucher_vnd: int = 0

    @property
    def seller_vnd(self) -> int:
        """What the producer got."""
        return self.amount_vnd + self.voucher_vnd - self.fee_vnd


def cheaper_delivery(paid: Paid, by_vnd: int) -> Paid:
    """A delivery whose fee is `by_vnd` less: the buyer pays less as far as they pay it, then the site."""
    buyer = min(by_vnd, paid.amount_vnd)
    return Paid(
        amount_vnd=paid.amount_vnd - buyer,
        fee_vnd=max(paid.fee_vnd - by_vnd, 0),
        voucher_vnd=paid.voucher_vnd - min(by_vnd - buyer, paid.voucher_vnd),
    )


@dataclass(frozen=True)
class Shares:
    """Whose money a refund gives back; `voucher_vnd` comes back to the site. amount = seller + fee - voucher."""

    seller_vnd: int
    fee_vnd: int
    voucher_vnd: int


@dataclass(frozen=True)
class PaidParcel:
    """Goods and delivery of one parcel, as they were posted."""

    goods: Paid
    delivery: Paid

    @property
    def delivery_earned_vnd(self) -> int:
        """What the producer earns by delivering; where the site delivers, they may bear some of the fee instead."""
        return max(self.delivery.seller_vnd, 0)


def paid_parcel(
    *,
    goods_vnd: int,
    delivery_vnd: int,
    goods_discount_vnd: int,
    producer_discount_vnd: int,
    site_discount_vnd: int,
    commission_vnd: int,
    site_delivers: bool = True,
) -> PaidParcel:
    """A parcel's money. What the discounts took off beyond the goods they took off the delivery, the site's first.

    Where the site does not deliver, the fee is the producer's own.
    """
    delivery_discount = producer_discount_vnd + site_discount_vnd - goods_discount_vnd
    site_for_delivery = min(delivery_discount, site_discount_vnd)
    return PaidParcel(
        Paid(goods_vnd - goods_discount_vnd, commission_vnd, site_discount_vnd - site_for_delivery),
        Paid(delivery_vnd - delivery_discount, delivery_vnd if site_delivers else 0, site_for_delivery),
    )


def share_of_refund(
    amount_vnd: int, *, paid: Paid, refunded_vnd: int, returned_fee_vnd: int, returned_voucher_vnd: int
) -> Shares:
    """Split `amount_vnd` of what was `paid` among those who had it.

    The fee and the voucher that stay are in proportion to what of the payment stays; what is above that goes back. So
    the shares of all refunds add up to what was posted, however they are cut in pieces: the sums of the refunds before
    are given. One share may be a dong below zero when an earlier refund failed; the sum is right all the same. Of what
    the buyer got for nothing, a refund of nothing gives all of it back.
    """
    if paid.amount_vnd == 0:
        fee, voucher = paid.fee_vnd - returned_fee_vnd, paid.voucher_vnd - returned_voucher_vnd
        return Shares(voucher - fee, fee, voucher)
    stays = paid.amount_vnd - refunded_vnd - amount_vnd
    fee = paid.fee_vnd - paid.fee_vnd * stays // paid.amount_vnd - returned_fee_vnd
    voucher = paid.voucher_vnd - paid.voucher_vnd * stays // paid.amount_vnd - returned_voucher_vnd
    return Shares(seller_vnd=amount_vnd + voucher - fee, fee_vnd=fee, voucher_vnd=voucher)


def spread(amount_vnd: int, remaining: Sequence[int]) -> list[int]:
    """Spread an amount over parts in proportion to what is left of each; the dong over go to the largest remainders.

    Raises ValueError when the parts do not hold so much together.
    """
    total = sum(remaining)
    if not 0 <= amount_vnd <= total:
        raise ValueError("the parts do not hold this amount")
    if total == 0:
        return [0 for _ in remaining]
    shares = [amount_vnd * part // total for part in remaining]
    by_remainder = sorted(range(len(remaining)), key=lambda index: (-(amount_vnd * remaining[index] % total), index))
    for index in by_remainder[: amount_vnd - sum(shares)]:
        shares[index] += 1
    return shares


def money_of(parcel: Parcel) -> PaidParcel:
    """Goods and delivery of a parcel, whose lines are loaded, as they were posted when it was paid and weighed."""
    return _money(parcel, collected_vnd=parcel.collected_vnd)


def withdrawn_of(parcel: Parcel) -> tuple[int, Shares]:
    """The price of what was given back of a parcel before all of it was paid, and the shares that nobody got of it."""
    withdrawn_vnd = sum(line.withdrawn_vnd or 0 for line in parcel.lines)
    if not withdrawn_vnd:
        return 0, Shares(0, 0, 0)
    goods = _money(parcel, collected_vnd=0).goods
    shares = share_of_refund(withdrawn_vnd, paid=goods, refunded_vnd=0, returned_fee_vnd=0, returned_voucher_vnd=0)
    return withdrawn_vnd, shares


def _money(parcel: Parcel, *, collected_vnd: int) -> PaidParcel:
    earned_vnd = parcel.earned_vnd - parcel.collected_vnd + collected_vnd
    return paid_parcel(
        goods_vnd=parcel.goods_vnd + collected_vnd,
        delivery_vnd=parcel.delivery_vnd,
        goods_discount_vnd=sum(line.discount_vnd or 0 for line in parcel.lines),
        producer_discount_vnd=parcel.producer_discount_vnd or 0,
        site_discount_vnd=parcel.site_discount_vnd or 0,
        commission_vnd=commission_vnd(earned_vnd, parcel.commission_basis_points),
        site_delivers=parcel.delivery_carrier != Carrier.PRODUCER,
    )
