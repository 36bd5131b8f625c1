"""Who may pay in cash, and who gets what of it: to the dong, for any order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.cash.rules import (
    Amount,
    CashLimits,
    CashMoney,
    CashRefusal,
    postings_of_keeping,
    postings_of_receipt,
    postings_of_return,
    share_of_return,
    why_not_cash,
)
from market.ledger.models import AccountKind
from market.orders.models import OrderStatus, ParcelStatus
from market.orders.rules import ORDER_TRANSITIONS, PARCEL_TRANSITIONS, commission_vnd
from market.orders.shares import paid_parcel

LIMITS = CashLimits(500_000, 800_000)


@pytest.mark.parametrize(
    ("limits", "total", "open_vnd", "has_preorder", "refusal"),
    [
        (LIMITS, 500_000, 300_000, False, None),
        (None, 1, 0, False, CashRefusal.NOT_LISTED),
        (LIMITS, 500_001, 0, False, CashRefusal.ORDER_TOO_LARGE),
        (LIMITS, 500_000, 300_001, False, CashRefusal.TOO_MUCH_OPEN),
        (LIMITS, 1, 0, True, CashRefusal.BEFORE_HARVEST),
    ],
)
def test_who_may_pay_in_cash(
    limits: CashLimits | None, total: int, open_vnd: int, has_preorder: bool, refusal: CashRefusal | None
) -> None:
    assert why_not_cash(limits, total_vnd=total, open_vnd=open_vnd, has_preorder=has_preorder) == refusal


def test_an_order_for_cash_is_never_paid_by_card() -> None:
    assert OrderStatus.PAID not in ORDER_TRANSITIONS[OrderStatus.CASH_DUE]
    assert PARCEL_TRANSITIONS[ParcelStatus.RETURNED] == frozenset()


@given(
    goods=st.integers(1_000, 10**8),
    delivery=st.integers(0, 100_000),
    basis_points=st.integers(0, 3_000),
    producer_share=st.integers(0, 50),
    site_share=st.integers(0, 50),
    not_sent_share=st.integers(0, 100),
    cuts=st.lists(st.integers(1, 100), max_size=4),
    site_delivers=st.booleans(),
)
def test_every_entry_adds_up_and_all_that_goes_back_leaves_nothing_but_the_delivery(
    goods: int,
    delivery: int,
    basis_points: int,
    producer_share: int,
    site_share: int,
    not_sent_share: int,
    cuts: list[int],
    site_delivers: bool,
) -> None:
    producer, site = goods * producer_share // 100, goods * site_share // 100
    ordered = paid_parcel(
        goods_vnd=goods,
        delivery_vnd=delivery,
        goods_discount_vnd=producer + site,
        producer_discount_vnd=producer,
        site_discount_vnd=site,
        commission_vnd=commission_vnd(goods - producer, basis_points),
        site_delivers=site_delivers,
    )
    money = CashMoney(ordered, ordered.goods.amount_vnd * not_sent_share // 100)
    totals: dict[AccountKind, int] = {}

    def enter(*amounts: Amount) -> None:
        assert sum(amount.amount_vnd for amount in amounts) == 0
        for amount in amounts:
            totals[amount.kind] = totals.get(amount.kind, 0) + amount.amount_vnd

    enter(*postings_of_receipt(money))
    enter(*postings_of_keeping(money.due_vnd))
    assert totals[AccountKind.CASH_WITH_PRODUCERS] == 0
    before: list[tuple[int, int, int]] = []
    left = money.due_vnd - ordered.delivery.amount_vnd
    for cut in [*cuts, 100]:
        amount = left * cut // 100
        if not amount:
            continue
        shares = share_of_return(money, amount, before=before)
        enter(*postings_of_return(amount, shares))
        before.append((amount, shares.fee_vnd, shares.voucher_vnd))
        left -= amount
    if ordered.goods.amount_vnd:
        assert totals[AccountKind.COMMISSION_INCOME] == totals[AccountKind.VOUCHER_EXPENSE] == 0
        site_fee = delivery if site_delivers else 0
        assert totals[AccountKind.PRODUCER_PAYABLE] == site_fee == -totals[AccountKind.DELIVERY_PAYABLE]
