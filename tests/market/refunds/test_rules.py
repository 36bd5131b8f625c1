"""Sharing a refund: whatever the pieces, their sum is what was posted."""

from hypothesis import given
from hypothesis import strategies as st

from market.orders.rules import commission_vnd
from market.orders.shares import Paid, cheaper_delivery, paid_parcel, share_of_refund, spread
from market.refunds.rules import price_of_units

amounts = st.integers(1, 50_000_000)


@st.composite
def money(draw: st.DrawFn) -> Paid:
    """Money of a parcel: a commission of the goods, and a voucher of which the site bears a part."""
    amount = draw(st.integers(2, 50_000_000))
    fee = commission_vnd(amount, draw(st.integers(0, 3_000)))
    return Paid(amount, fee, draw(st.integers(0, 50_000_000)))


@given(paid=money(), data=st.data())
def test_the_shares_of_all_refunds_add_up_to_what_was_posted(paid: Paid, data: st.DataObject) -> None:
    refunded = fee = voucher = seller = 0
    cuts = data.draw(st.lists(st.integers(1, paid.amount_vnd), max_size=8))
    for until in sorted({*cuts, paid.amount_vnd}):
        piece = until - refunded
        shares = share_of_refund(
            piece, paid=paid, refunded_vnd=refunded, returned_fee_vnd=fee, returned_voucher_vnd=voucher
        )
        assert shares.seller_vnd + shares.fee_vnd - shares.voucher_vnd == piece
        assert shares.fee_vnd >= 0 <= shares.voucher_vnd
        refunded = until
        fee, voucher, seller = fee + shares.fee_vnd, voucher + shares.voucher_vnd, seller + shares.seller_vnd
    assert (fee, voucher) == (paid.fee_vnd, paid.voucher_vnd)
    assert seller == paid.amount_vnd + paid.voucher_vnd - paid.fee_vnd


@given(paid=money(), data=st.data())
def test_a_refund_that_failed_in_between_changes_nothing_in_the_end(paid: Paid, data: st.DataObject) -> None:
    lost = data.draw(st.integers(1, paid.amount_vnd - 1))
    kept = data.draw(st.integers(1, paid.amount_vnd - lost))

    def fee(amount: int, refunded: int, returned: int) -> int:
        return share_of_refund(
            amount, paid=paid, refunded_vnd=refunded, returned_fee_vnd=returned, returned_voucher_vnd=0
        ).fee_vnd

    first = fee(lost, 0, 0)
    second = fee(kept, lost, first)  # and now the first one fails
    rest = paid.amount_vnd - kept
    last = fee(rest, kept, second) if rest else 0
    assert second + last == paid.fee_vnd


@given(
    goods=amounts,
    delivery=st.integers(0, 500_000),
    data=st.data(),
)
def test_goods_and_delivery_are_what_the_buyer_paid_and_what_was_posted(
    goods: int, delivery: int, data: st.DataObject
) -> None:
    goods_discount = data.draw(st.integers(0, goods))
    discount = goods_discount + data.draw(st.integers(0, delivery))
    site = data.draw(st.integers(0, discount))
    site_delivers = data.draw(st.booleans())
    parcel = paid_parcel(
        goods_vnd=goods,
        delivery_vnd=delivery,
        goods_discount_vnd=goods_discount,
        producer_discount_vnd=discount - site,
        site_discount_vnd=site,
        commission_vnd=commission_vnd(goods, 300),
        site_delivers=site_delivers,
    )
    assert parcel.goods.amount_vnd + parcel.delivery.amount_vnd == goods + delivery - discount
    assert parcel.goods.voucher_vnd + parcel.delivery.voucher_vnd == site
    assert parcel.goods.voucher_vnd <= goods_discount
    assert parcel.delivery.fee_vnd == (delivery if site_delivers else 0)
    own_discount = discount - goods_discount - parcel.delivery.voucher_vnd
    assert parcel.delivery_earned_vnd == (0 if site_delivers else delivery - own_discount)
    lighter = cheaper_delivery(parcel.delivery, data.draw(st.integers(0, delivery)))
    assert min(lighter.amount_vnd, lighter.fee_vnd, lighter.voucher_vnd) >= 0
    assert lighter.seller_vnd <= max(parcel.delivery.seller_vnd, 0)


@given(unit=st.integers(1, 9_999_999), cuts=st.lists(st.integers(1, 40), min_size=1, max_size=10))
def test_the_pieces_of_a_line_add_up_to_the_line(unit: int, cuts: list[int]) -> None:
    quantity = sum(cuts)
    before, total = 0, 0
    for units in cuts:
        total += price_of_units(line_total_vnd=unit * quantity, quantity=quantity, units=units, units_before=before)
        before += units
    assert total == unit * quantity


@given(parts=st.lists(st.integers(0, 10_000_000), min_size=1, max_size=12), data=st.data())
def test_a_sum_is_spread_exactly_and_no_part_gives_more_than_it_has(parts: list[int], data: st.DataObject) -> None:
    amount = data.draw(st.integers(0, sum(parts)))
    shares = spread(amount, parts)
    assert sum(shares) == amount
    assert all(0 <= share <= part for share, part in zip(shares, parts, strict=True))
