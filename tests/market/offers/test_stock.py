import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from core.accounts import ANONYMOUS
from core.db import db, new_id
from core.errors import Conflict, Invalid, NotFound
from market.offers.models import Offer, OfferStatus, StockMovement
from market.offers.stock import SoldOut, count_stock, release_stock, reserve_stock, sell_stock
from market.orders.models import Order
from tests.factories import make_commune, make_offer

STEPS = st.lists(
    st.tuples(st.sampled_from(["reserve", "release", "sell", "count"]), st.integers(0, 3), st.integers(1, 5)),
    max_size=25,
)


def bare_order() -> uuid.UUID:
    """An order row for movements to point at."""
    order = Order(
        number=new_id().hex[-12:],
        token=new_id().hex,
        buyer_name="Mẫu",
        buyer_phone="+84912345678",
        commune_code=make_commune().code,
        address="Thôn 1",
        locale="vi",
        goods_vnd=1,
        delivery_vnd=0,
        total_vnd=1,
    )
    db.session.add(order)
    db.session.flush()
    return order.id


def sums(offer: Offer) -> tuple[int, int]:
    row = db.session.execute(
        select(func.sum(StockMovement.on_hand_change), func.sum(StockMovement.reserved_change)).where(
            StockMovement.offer_id == offer.id
        )
    ).one()
    return int(row[0] or 0), int(row[1] or 0)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_interleaving_keeps_counters_and_movements_equal(
    session: scoped_session[Session], steps: list[tuple[str, int, int]]
) -> None:
    offer = make_offer(on_hand=8)
    orders = [bare_order() for _ in range(4)]
    held: dict[uuid.UUID, int] = {}
    used: set[uuid.UUID] = set()
    on_hand = 8
    for step, who, quantity in steps:
        order_id = orders[who]
        if step == "reserve" and order_id not in used:
            free = on_hand - sum(held.values())
            if quantity <= free:
                reserve_stock(order_id=order_id, demand={offer.id: quantity})
                held[order_id] = quantity
                used.add(order_id)
            else:
                with pytest.raises(SoldOut) as refused:
                    reserve_stock(order_id=order_id, demand={offer.id: quantity})
                assert refused.value.shortages[0].available == free
        elif step == "release":
            assert release_stock(order_id=order_id) == ({offer.id: held.pop(order_id)} if order_id in held else {})
        elif step == "sell":
            expected = held.pop(order_id, 0)
            assert sell_stock(order_id=order_id) == ({offer.id: expected} if expected else {})
            on_hand -= expected
        elif step == "count":
            if quantity >= sum(held.values()):
                count_stock(actor=ANONYMOUS, offer_id=offer.id, on_hand=quantity)
                on_hand = quantity
            else:
                with pytest.raises(Conflict):
                    count_stock(actor=ANONYMOUS, offer_id=offer.id, on_hand=quantity)
        assert (offer.on_hand, offer.reserved) == (on_hand, sum(held.values()))
        assert sums(offer) == (offer.on_hand, offer.reserved)


def test_a_shortage_reserves_nothing_at_all(session: scoped_session[Session]) -> None:
    plenty, scarce, paused = make_offer(), make_offer(on_hand=1), make_offer(status=OfferStatus.PAUSED)
    with pytest.raises(SoldOut) as refused:
        reserve_stock(order_id=bare_order(), demand={plenty.id: 5, scarce.id: 2, paused.id: 1})
    assert {(shortage.offer_id, shortage.available) for shortage in refused.value.shortages} == {
        (scarce.id, 1),
        (paused.id, 0),
    }
    assert (plenty.reserved, scarce.reserved) == (0, 0)


def test_an_order_reserves_an_offer_once(session: scoped_session[Session]) -> None:
    offer, order_id = make_offer(), bare_order()
    reserve_stock(order_id=order_id, demand={offer.id: 1})
    reserve_stock(order_id=order_id, demand={offer.id: 1})
    with pytest.raises(IntegrityError):
        session.commit()


@pytest.mark.parametrize("on_hand", [-1, 1_000_001])
def test_counts_out_of_range_are_refused(session: scoped_session[Session], on_hand: int) -> None:
    with pytest.raises(Invalid) as refused:
        count_stock(actor=ANONYMOUS, offer_id=make_offer().id, on_hand=on_hand)
    assert refused.value.field == "on_hand"


def test_an_unknown_offer_cannot_be_counted(session: scoped_session[Session]) -> None:
    with pytest.raises(NotFound):
        count_stock(actor=ANONYMOUS, offer_id=new_id(), on_hand=1)


@pytest.mark.parametrize("change", [{"reserved": 101}, {"reserved": -1}, {"on_hand": -1}])
def test_the_database_refuses_to_oversell(session: scoped_session[Session], change: dict[str, int]) -> None:
    offer = make_offer()
    for name, value in change.items():
        setattr(offer, name, value)
    with pytest.raises(IntegrityError):
        session.flush()
