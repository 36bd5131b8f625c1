"""The browser's basket and the account's become one at sign-in."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName, User
from core.db import db, utc_now
from market.carts import again_views, merging
from market.carts.models import Cart, CartLine, CartVoucher
from market.carts.rules import MAX_VOUCHERS
from market.offers.models import Offer
from market.orders.models import OrderStatus
from tests.factories import make_offer, make_promotion, make_user
from tests.factories.people import PASSWORD
from tests.market.carts.test_basket_pages import make_order_of, page, put
from tests.market.checkout.test_bad_input import FORM
from tests.support.paying import hold_cart


@pytest.fixture
def user(session: scoped_session[Session]) -> User:
    return make_user(RoleName.CONSUMER)


@pytest.fixture
def other_device(app: Flask, session: scoped_session[Session]) -> FlaskClient:
    return app.test_client()


def sign_in_as(client: FlaskClient, user: User) -> None:
    db.session.commit()
    assert client.post("/sign-in", data={"email": user.email, "password": PASSWORD}).status_code == 302


def held(client: FlaskClient) -> dict[object, int]:
    """What the browser's basket has, as the database says."""
    with client.session_transaction() as browser_session:
        cart_id = browser_session.get("cart_id")
    rows = db.session.execute(select(CartLine.offer_id, CartLine.quantity).where(CartLine.cart_id == cart_id))
    return {row.offer_id: row.quantity for row in rows}


def cart_of(client: FlaskClient) -> Cart:
    with client.session_transaction() as browser_session:
        return db.session.get_one(Cart, browser_session["cart_id"], populate_existing=True)


def test_both_are_one_on_both_devices(client: FlaskClient, other_device: FlaskClient, user: User) -> None:
    shared, first, second = make_offer(), make_offer(), make_offer()
    sign_in_as(other_device, user)
    put(other_device, shared, 2)
    put(other_device, first, 1)
    put(client, shared, 5)
    put(client, second, 3)
    sign_in_as(client, user)
    assert held(client) == {shared.id: 5, first.id: 1, second.id: 3}
    assert held(other_device) == held(client)
    with client.session_transaction() as browser_session:
        assert browser_session["basket_count"] == 3
    assert len(db.session.scalars(select(Cart)).all()) == 1


def test_a_device_shows_nothing_of_an_account_that_is_not_signed_in(client: FlaskClient, user: User) -> None:
    sign_in_as(client, user)
    put(client, make_offer(), 2)
    cart = cart_of(client)
    order = make_order_of(db.session, cart, OrderStatus.AWAITING_PAYMENT)
    order.user_id = user.id
    db.session.commit()
    assert order.token in page(client)
    assert order.buyer_name in client.get("/checkout").text
    client.post("/sign-out")
    with client.session_transaction() as browser_session:
        assert not {"cart_id", "basket_count"} & set(browser_session)
    hold_cart(client, cart)  # as after a session that ended by itself
    line_id = db.session.scalars(select(CartLine.id)).one()
    assert client.post(f"/basket/lines/{line_id}", data={"quantity": "1"}).status_code == 404
    for answer in (client.post("/checkout", data=FORM), client.get("/checkout")):
        assert (answer.status_code, answer.location) == (303, "/basket")
    assert "Your basket is empty" in page(client)
    sign_in_as(client, user)
    assert order.token in page(client)


def test_an_order_of_an_account_is_not_shown_with_a_basket_that_is_nobodys(client: FlaskClient, user: User) -> None:
    put(client, make_offer(), 2)
    order = make_order_of(db.session, cart_of(client), OrderStatus.AWAITING_PAYMENT)
    order.user_id = user.id
    db.session.commit()
    assert order.token not in page(client)
    assert order.buyer_name not in client.get("/checkout").text


def test_signing_in_twice_changes_nothing(client: FlaskClient, other_device: FlaskClient, user: User) -> None:
    offer = make_offer()
    sign_in_as(other_device, user)
    put(other_device, offer, 2)
    for _ in range(2):
        sign_in_as(client, user)
        assert held(client) == {offer.id: 2}
        client.post("/sign-out")


def test_the_larger_number_stays_within_the_producers_limits(
    client: FlaskClient, other_device: FlaskClient, user: User
) -> None:
    offer = make_offer(min_quantity=2, quantity_step=2, max_quantity=6, on_hand=7)
    sign_in_as(other_device, user)
    put(other_device, offer, 6)
    put(client, offer, 4)
    sign_in_as(client, user)
    assert held(client) == {offer.id: 6}
    assert 'name="checkout"' in page(client)


def test_vouchers_of_both_stay_up_to_the_limit_the_browsers_first(
    client: FlaskClient, other_device: FlaskClient, user: User
) -> None:
    offer = make_offer()
    sign_in_as(other_device, user)
    put(other_device, offer)
    put(client, offer)
    vouchers = [make_promotion(code=f"MAU{number}") for number in range(MAX_VOUCHERS + 3)]
    mine, theirs = vouchers[:4], vouchers[3:]
    for device, found in ((client, mine), (other_device, theirs[:MAX_VOUCHERS])):
        db.session.add_all(CartVoucher(cart_id=cart_of(device).id, promotion_id=voucher.id) for voucher in found)
    sign_in_as(client, user)
    kept = set(db.session.scalars(select(CartVoucher.promotion_id).where(CartVoucher.cart_id == cart_of(client).id)))
    assert len(kept) == MAX_VOUCHERS
    assert {voucher.id for voucher in mine} <= kept


@pytest.mark.parametrize("waits", ["browser", "account", "neither"])
def test_of_two_full_baskets_the_newest_lines_stay(
    client: FlaskClient,
    other_device: FlaskClient,
    session: scoped_session[Session],
    user: User,
    monkeypatch: pytest.MonkeyPatch,
    waits: str,
) -> None:
    for module in (merging, again_views):
        monkeypatch.setattr(module, "MAX_LINES", 3)
    oldest, older, shared, newest = (make_offer() for _ in range(4))
    sign_in_as(other_device, user)
    put(other_device, shared, 2)
    put(other_device, oldest)
    put(client, older)
    put(client, newest)
    put(client, shared, 5)
    waiting = {"browser": client, "account": other_device}.get(waits)
    if waiting is not None:
        make_order_of(session, cart_of(waiting), OrderStatus.AWAITING_PAYMENT)
    sign_in_as(client, user)
    assert held(client) == {older.id: 1, newest.id: 1, shared.id: 5}
    told = "Mỗi giỏ hàng chứa tối đa 3 món khác nhau. 1 món bạn cho vào trước đây không còn trong giỏ."
    assert told in page(client)
    assert told not in page(client)


@pytest.mark.parametrize("waits", ["browser", "account"])
def test_an_unpaid_order_is_replaced_by_the_merged_basket(
    client: FlaskClient,
    other_device: FlaskClient,
    session: scoped_session[Session],
    user: User,
    waits: str,
) -> None:
    first, second = make_offer(), make_offer()
    sign_in_as(other_device, user)
    put(other_device, first, 2)
    put(client, second, 3)
    waiting = cart_of(client if waits == "browser" else other_device)
    order = make_order_of(session, waiting, OrderStatus.AWAITING_PAYMENT)
    sign_in_as(client, user)
    assert held(client) == {first.id: 2, second.id: 3}
    merged = cart_of(client)
    assert merged.order_id is None
    assert merged.replaces_id == waiting.id
    session.refresh(order)
    assert order.status == OrderStatus.AWAITING_PAYMENT


def test_two_unpaid_orders_stay_two(
    client: FlaskClient, other_device: FlaskClient, session: scoped_session[Session], user: User
) -> None:
    first, second = make_offer(), make_offer()
    sign_in_as(other_device, user)
    put(other_device, first, 2)
    put(client, second, 3)
    for device in (client, other_device):
        make_order_of(session, cart_of(device), OrderStatus.AWAITING_PAYMENT)
    sign_in_as(client, user)
    assert held(client) == {second.id: 3}
    assert held(other_device) == {first.id: 2}


@pytest.mark.parametrize("status", [OrderStatus.PAID, OrderStatus.SHIPPED])
def test_what_is_bought_does_not_come_back(
    client: FlaskClient,
    other_device: FlaskClient,
    session: scoped_session[Session],
    user: User,
    status: OrderStatus,
) -> None:
    bought, wanted = make_offer(), make_offer()
    sign_in_as(other_device, user)
    put(other_device, bought, 2)
    make_order_of(session, cart_of(other_device), status)
    put(client, wanted)
    sign_in_as(client, user)
    assert held(client) == {wanted.id: 1}


def test_a_basket_of_long_ago_does_not_come_back(client: FlaskClient, other_device: FlaskClient, user: User) -> None:
    sign_in_as(other_device, user)
    put(other_device, make_offer())
    db.session.execute(update(Cart).values(updated_at=utc_now() - timedelta(days=61)))
    sign_in_as(client, user)
    assert held(client) == {}


def test_the_basket_of_another_account_is_left_alone(client: FlaskClient, user: User) -> None:
    offer: Offer = make_offer()
    sign_in_as(client, make_user(RoleName.CONSUMER))
    put(client, offer, 2)
    client.post("/sign-out")
    sign_in_as(client, user)
    assert db.session.scalars(select(Cart.user_id)).one() != user.id
    assert held(client) == {}
    assert "Your basket is empty" in page(client)
