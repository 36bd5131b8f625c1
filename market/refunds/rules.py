"""How a refund is shared among those who got the money. Pure, in whole dong."""

from collections.abc import Sequence
from dataclasses import dataclass

from market.orders.rules import commission_vnd


@dataclass(frozen=True)
class Shares:
    """Whose money a refund gives back: the producer's and the site's commission."""

    seller_vnd: int
    commission_vnd: int


def share_of_refund(
    amount_vnd: int, *, goods_vnd: int, basis_points: int, refunded_vnd: int, returned_commission_vnd: int
) -> Shares:
    """Split `amount_vnd` of a parcel's goods between producer and commission.

    The commission that stays is what the goods that stay would have cost in commission; what is above it goes back.
    So the shares of all refunds of a parcel add up to what was posted when it was paid, however it is cut in pieces:
    `refunded_vnd` and `returned_commission_vnd` are the sums of the refunds before. One share may be a dong below
    zero when an earlier refund failed; the sum is right all the same.
    """
    whole = commission_vnd(goods_vnd, basis_points)
    kept = commission_vnd(goods_vnd - refunded_vnd - amount_vnd, basis_points)
    commission = whole - kept - returned_commission_vnd
    return Shares(seller_vnd=amount_vnd - commission, commission_vnd=commission)


def price_of_units(*, line_total_vnd: int, quantity: int, units: int, units_before: int) -> int:
    """The price of `units` of a line when `units_before` were given back already; all pieces add up to the line."""
    return line_total_vnd * (units_before + units) // quantity - line_total_vnd * units_before // quantity


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
