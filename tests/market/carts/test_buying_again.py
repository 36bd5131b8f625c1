"""Buying again: what is still sold goes into the basket, what is not is named."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.db import db
from market.carts import buying_again
from market.carts.models import Cart, CartLine
from market.offers.models import Offer, OfferStatus
from market.orders.models import Order, OrderStatus
from tests.factories import make_offer, make_user, sign_in
from tests.market.carts.test_basket_pages import put
from tests.support.paying import hold_cart, make_cart, order_now, place


def bought(*lines: tuple[Offer, int]) -> Order:
    order = order_now(place(*lines))
    order.status = OrderStatus.SHIPPED
    db.session.commit()
    return order


def in_basket() -> dict[object, int]:
    """What the basket has; those that became the orders of these tests are left out."""
    rows = db.session.execute(
        select(CartLine.offer_id, CartLine.quantity)
        .join(Cart, Cart.id == CartLine.cart_id)
        .where(Cart.order_id.is_(None))
    )
    return {row.offer_id: row.quantity for row in rows}


def again(client: FlaskClient, order: Order) -> str:
    answer = client.post(f"/orders/{order.token}/again?lang=en", follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


def test_what_is_still_sold_is_put_in_and_the_rest_is_named(
    client: FlaskClient, session: scoped_session[Session]
) -> None:
    same, dearer, scarce, gone = (make_offer() for _ in range(4))
    order = bought((same, 2), (dearer, 1), (scarce, 5), (gone, 1))
    dearer.price_vnd, gone.status = 40_000, OfferStatus.PAUSED
    scarce.on_hand = scarce.reserved + 3
    db.session.flush()
    text = again(client, order)
    assert in_basket() == {same.id: 2, dearer.id: 1, scarce.id: 3}
    assert "Not sold at the moment" in text
    assert "(3/5)" in text
    assert "₫35,000 → ₫40,000" in text
    again(client, order)
    assert in_basket() == {same.id: 2, dearer.id: 1, scarce.id: 3}


@pytest.mark.parametrize("already", [1, 3])
def test_what_finds_the_basket_full_is_named(
    client: FlaskClient, session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch, already: int
) -> None:
    monkeypatch.setattr(buying_again, "MAX_LINES", 3)
    others, again_put_in = [make_offer() for _ in range(already)], [make_offer() for _ in range(3)]
    order = bought(*((offer, 2) for offer in again_put_in))
    for offer in others:
        put(client, offer)
    text = again(client, order)
    kept = again_put_in[: 3 - already]
    assert in_basket() == dict.fromkeys([offer.id for offer in others], 1) | {offer.id: 2 for offer in kept}
    assert "There was no room in your basket for: " in text
    assert ("What is still sold of the order is in your basket" in text) == bool(kept)


def test_what_is_in_the_basket_already_stays(client: FlaskClient, session: scoped_session[Session]) -> None:
    offer, other = make_offer(), make_offer()
    order = bought((offer, 2))
    put(client, offer, 7)
    put(client, other, 1)
    again(client, order)
    assert in_basket() == {offer.id: 7, other.id: 1}


def test_what_ones_own_unpaid_order_holds_is_not_gone(client: FlaskClient, session: scoped_session[Session]) -> None:
    offer = make_offer(on_hand=5)
    order = order_now(place((offer, 5)))
    changed = make_cart((offer, 1))
    changed.replaces_id = db.session.scalars(select(Cart.id).where(Cart.order_id == order.id)).one()
    hold_cart(client, changed)
    again(client, order)
    assert in_basket() == {offer.id: 5}


def test_nothing_left_says_so_on_the_order(client: FlaskClient, session: scoped_session[Session]) -> None:
    offer = make_offer()
    order = bought((offer, 2))
    offer.status = OfferStatus.PAUSED
    db.session.flush()
    text = again(client, order)
    assert "Nothing of this order is sold at the moment" in text
    assert order.number in text
    assert in_basket() == {}


def test_the_producers_quantities_hold(client: FlaskClient, session: scoped_session[Session]) -> None:
    offer = make_offer()
    order = bought((offer, 5))
    offer.min_quantity = offer.quantity_step = 2
    db.session.flush()
    again(client, order)
    assert in_basket() == {offer.id: 4}


@pytest.mark.parametrize("token", ["x" * 43, "..", "%00"])
def test_a_link_that_is_none_finds_nothing(client: FlaskClient, session: scoped_session[Session], token: str) -> None:
    assert client.post(f"/orders/{token}/again").status_code == 404


def test_the_list_of_ones_own_orders(
    client: FlaskClient, session: scoped_session[Session], count_queries: Callable[..., Any]
) -> None:
    assert client.get("/orders").status_code == 303
    user = make_user(RoleName.CONSUMER)
    mine, foreign = bought((make_offer(), 1)), bought((make_offer(), 1))
    mine.user_id = user.id
    sign_in(client, user)
    db.session.commit()

    def listed() -> tuple[str, int]:
        client.get("/orders")
        db.session.expire_all()
        with count_queries() as statements:
            text = client.get("/orders").text
        return text, len(statements)

    text, count = listed()
    assert f"/orders/{mine.token}/again" in text
    assert foreign.token not in text
    for _ in range(3):
        bought((make_offer(), 1), (make_offer(), 2)).user_id = user.id
    db.session.commit()
    assert listed()[1] == count
