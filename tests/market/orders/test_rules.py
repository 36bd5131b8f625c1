from hypothesis import given
from hypothesis import strategies as st

from core.db import new_id
from market.delivery.models import Carrier
from market.ledger.models import AccountKind, PostingPart
from market.orders.models import Order, OrderStatus, Parcel, ParcelStatus
from market.orders.rules import commission_vnd, order_may_become, parcel_may_become, steps_done
from market.orders.usecases import ledger_lines

PARCELS = st.lists(
    st.tuples(
        st.integers(1, 99_999_999), st.integers(0, 100_000), st.integers(0, 5_000), st.sampled_from(list(Carrier))
    ),
    min_size=1,
    max_size=8,
)


@given(goods_vnd=st.integers(1, 10**9), basis_points=st.integers(0, 5_000))
def test_commission_is_never_more_than_its_share(goods_vnd: int, basis_points: int) -> None:
    commission = commission_vnd(goods_vnd, basis_points)
    assert 0 <= commission <= goods_vnd
    assert 0 <= goods_vnd * basis_points - commission * 10_000 < 10_000


@given(parcels=PARCELS)
def test_parcels_fees_and_commission_of_any_order_add_up(parcels: list[tuple[int, int, int, Carrier]]) -> None:
    order = Order(
        total_vnd=sum(goods + delivery for goods, delivery, _share, _carrier in parcels),
        parcels=[
            Parcel(
                producer_id=new_id(),
                goods_vnd=goods,
                delivery_vnd=delivery,
                commission_basis_points=share,
                delivery_carrier=carrier,
            )
            for goods, delivery, share, carrier in parcels
        ],
    )
    lines = ledger_lines(order)
    assert sum(line.amount_vnd for line in lines) == 0
    by_kind = {kind: -sum(line.amount_vnd for line in lines if line.kind is kind) for kind in AccountKind}
    assert by_kind[AccountKind.PROCESSOR_BALANCE] == -order.total_vnd
    fees = {carrier: sum(fee for _goods, fee, _share, by in parcels if by is carrier) for carrier in Carrier}
    assert by_kind[AccountKind.DELIVERY_PAYABLE] == fees[Carrier.SITE]
    assert -sum(line.amount_vnd for line in lines if line.part is PostingPart.DELIVERY) == fees[Carrier.PRODUCER]
    goods = sum(goods for goods, _delivery, _share, _carrier in parcels)
    earned = goods + fees[Carrier.PRODUCER]
    assert by_kind[AccountKind.PRODUCER_PAYABLE] + by_kind[AccountKind.COMMISSION_INCOME] == earned
    assert by_kind[AccountKind.COMMISSION_INCOME] <= goods


def test_nothing_leaves_its_last_state() -> None:
    for last in (OrderStatus.EXPIRED, OrderStatus.CANCELLED):
        assert not any(order_may_become(last, status) for status in OrderStatus)
    for gone in (ParcelStatus.CANCELLED, ParcelStatus.RETURNED):
        assert not any(parcel_may_become(gone, status) for status in ParcelStatus)


def test_what_is_on_its_way_can_only_be_refused_at_the_door() -> None:
    assert [status for status in OrderStatus if order_may_become(OrderStatus.SHIPPED, status)] == [
        OrderStatus.CANCELLED
    ]
    assert [status for status in ParcelStatus if parcel_may_become(ParcelStatus.SHIPPED, status)] == [
        ParcelStatus.RETURNED
    ]


def test_goods_are_packed_only_once_they_are_paid() -> None:
    assert not parcel_may_become(ParcelStatus.WAITING, ParcelStatus.PACKED)
    assert parcel_may_become(ParcelStatus.TO_PACK, ParcelStatus.PACKED)


def test_steps_follow_the_slowest_parcel() -> None:
    assert steps_done(OrderStatus.AWAITING_PAYMENT, [ParcelStatus.WAITING]) == 1
    assert steps_done(OrderStatus.PAID, [ParcelStatus.SHIPPED, ParcelStatus.TO_PACK]) == 2
    assert steps_done(OrderStatus.PAID, [ParcelStatus.SHIPPED, ParcelStatus.PACKED]) == 3
    assert steps_done(OrderStatus.SHIPPED, [ParcelStatus.SHIPPED]) == 4
