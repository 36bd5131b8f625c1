"""Decisions about cash on delivery, without I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from market.ledger.models import AccountKind, PostingPart
from market.orders.shares import PaidParcel, Shares, share_of_refund

GIVE_BACK_WITHIN = timedelta(days=7)
"""So long a producer has to give back what was agreed upon."""

OVERDUE_AFTER = timedelta(days=7)
"""So long after a parcel left, its cash should be noted; administrators see what is later."""


class CashRefusal(StrEnum):
    """Why a buyer cannot pay this order in cash."""

    NOT_LISTED = "not_listed"
    ORDER_TOO_LARGE = "order_too_large"
    TOO_MUCH_OPEN = "too_much_open"
    BEFORE_HARVEST = "before_harvest"


@dataclass(frozen=True)
class CashLimits:
    """What a buyer may owe in cash, in dong."""

    order_limit_vnd: int
    open_limit_vnd: int


def why_not_cash(limits: CashLimits | None, *, total_vnd: int, open_vnd: int, has_preorder: bool) -> CashRefusal | None:
    """Why an order of `total_vnd` cannot be paid in cash by who owes `open_vnd` already; None when it can."""
    if limits is None:
        return CashRefusal.NOT_LISTED
    if has_preorder:
        return CashRefusal.BEFORE_HARVEST
    if total_vnd > limits.order_limit_vnd:
        return CashRefusal.ORDER_TOO_LARGE
    if open_vnd + total_vnd > limits.open_limit_vnd:
        return CashRefusal.TOO_MUCH_OPEN
    return None


@dataclass(frozen=True)
class CashMoney:
    """The money of one parcel paid at the door: as it was ordered, and what of the goods was not sent."""

    ordered: PaidParcel
    not_sent_vnd: int
    is_sent: bool = True

    @property
    def due_vnd(self) -> int:
        """What the buyer pays."""
        if not self.is_sent:
            return 0
        return self.ordered.goods.amount_vnd - self.not_sent_vnd + self.ordered.delivery.amount_vnd

    @property
    def not_sent(self) -> Shares:
        """Whose share the goods that were not sent would have been."""
        return share_of_refund(
            self.not_sent_vnd, paid=self.ordered.goods, refunded_vnd=0, returned_fee_vnd=0, returned_voucher_vnd=0
        )


@dataclass(frozen=True)
class Amount:
    """So many dong onto (positive) or off (negative) the account of this kind, of the producer where it has owners."""

    kind: AccountKind
    amount_vnd: int
    part: PostingPart | None = None


def postings_of_receipt(money: CashMoney) -> Sequence[Amount]:
    """Who gets what of the cash: as for an order paid by card, with the cash at the producer's."""
    goods, delivery, not_sent = money.ordered.goods, money.ordered.delivery, money.not_sent
    commission = goods.fee_vnd - not_sent.fee_vnd
    voucher = goods.voucher_vnd + delivery.voucher_vnd - not_sent.voucher_vnd
    delivering = money.ordered.delivery_earned_vnd
    earned = money.due_vnd + voucher - delivery.fee_vnd - delivering
    return (
        Amount(AccountKind.CASH_WITH_PRODUCERS, money.due_vnd),
        Amount(AccountKind.PRODUCER_PAYABLE, -earned, PostingPart.GOODS),
        Amount(AccountKind.PRODUCER_PAYABLE, -delivering, PostingPart.DELIVERY),
        Amount(AccountKind.PRODUCER_PAYABLE, commission, PostingPart.COMMISSION),
        Amount(AccountKind.VOUCHER_EXPENSE, voucher),
        Amount(AccountKind.COMMISSION_INCOME, -commission),
        Amount(AccountKind.DELIVERY_PAYABLE, -delivery.fee_vnd),
    )


def most_to_return(money: CashMoney, *, received_vnd: int, before_vnd: int) -> int:
    """What can still go back of the goods, in dong: of what was due for them, and no more than was received."""
    return min(money.ordered.goods.amount_vnd - money.not_sent_vnd, received_vnd) - before_vnd


def share_of_return(money: CashMoney, amount_vnd: int, *, before: Sequence[tuple[int, int, int]]) -> Shares:
    """Whose money cash is that goes back: `before` are amount, commission and voucher of what went back earlier."""
    not_sent = money.not_sent
    return share_of_refund(
        amount_vnd,
        paid=money.ordered.goods,
        refunded_vnd=money.not_sent_vnd + sum(amount for amount, _fee, _voucher in before),
        returned_fee_vnd=not_sent.fee_vnd + sum(fee for _amount, fee, _voucher in before),
        returned_voucher_vnd=not_sent.voucher_vnd + sum(voucher for _amount, _fee, voucher in before),
    )


def postings_of_keeping(due_vnd: int) -> Sequence[Amount]:
    """The producer keeps the cash: it is set off against what the site owes them, so that they owe the commission."""
    return (
        Amount(AccountKind.PRODUCER_PAYABLE, due_vnd, PostingPart.CASH),
        Amount(AccountKind.CASH_WITH_PRODUCERS, -due_vnd),
    )


def postings_of_return(amount_vnd: int, shares: Shares) -> Sequence[Amount]:
    """The producer gave cash back, and with it the site its commission."""
    return (
        Amount(AccountKind.PRODUCER_PAYABLE, shares.seller_vnd + shares.fee_vnd, PostingPart.REFUND),
        Amount(AccountKind.PRODUCER_PAYABLE, -amount_vnd, PostingPart.CASH),
        Amount(AccountKind.PRODUCER_PAYABLE, -shares.fee_vnd, PostingPart.COMMISSION),
        Amount(AccountKind.COMMISSION_INCOME, shares.fee_vnd),
        Amount(AccountKind.VOUCHER_EXPENSE, -shares.voucher_vnd),
    )


def postings_of_paying_for(amount_vnd: int) -> Sequence[Amount]:
    """The site paid the buyer from its bank in the producer's place, who kept the cash and owes it now."""
    return (
        Amount(AccountKind.PRODUCER_PAYABLE, amount_vnd, PostingPart.CASH),
        Amount(AccountKind.BANK_BALANCE, -amount_vnd),
    )
