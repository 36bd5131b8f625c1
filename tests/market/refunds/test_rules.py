"""Sharing a refund: whatever the pieces, their sum is what was posted."""

from hypothesis import given
from hypothesis import strategies as st

from market.orders.rules import commission_vnd
from market.refunds.rules import price_of_units, share_of_refund, spread

amounts = st.integers(1, 50_000_000)


@given(pieces=st.lists(amounts, min_size=1, max_size=12), basis_points=st.integers(0, 3_000))
def test_the_shares_of_all_refunds_add_up_to_what_was_posted(pieces: list[int], basis_points: int) -> None:
    goods = sum(pieces)
    refunded = returned = seller = 0
    for piece in pieces:
        shares = share_of_refund(
            piece,
            goods_vnd=goods,
            basis_points=basis_points,
            refunded_vnd=refunded,
            returned_commission_vnd=returned,
        )
        assert shares.seller_vnd + shares.commission_vnd == piece
        assert shares.commission_vnd >= 0
        refunded += piece
        returned += shares.commission_vnd
        seller += shares.seller_vnd
    assert returned == commission_vnd(goods, basis_points)
    assert seller == goods - commission_vnd(goods, basis_points)


@given(goods=st.integers(2, 1_000_000), basis_points=st.integers(0, 3_000), data=st.data())
def test_a_refund_that_failed_in_between_changes_nothing_in_the_end(
    goods: int, basis_points: int, data: st.DataObject
) -> None:
    lost = data.draw(st.integers(1, goods - 1))
    kept = data.draw(st.integers(1, goods - lost))

    def share(amount: int, refunded: int, returned: int) -> int:
        return share_of_refund(
            amount,
            goods_vnd=goods,
            basis_points=basis_points,
            refunded_vnd=refunded,
            returned_commission_vnd=returned,
        ).commission_vnd

    first = share(lost, 0, 0)
    second = share(kept, lost, first)  # and now the first one fails
    rest = goods - kept
    last = share(rest, kept, second) if rest else 0
    assert second + last == commission_vnd(goods, basis_points)


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
