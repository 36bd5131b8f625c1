"""The basket over HTTP: filling, changing, and what changed since the shopper looked."""

import uuid

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.db import new_id, secret_token
from market.carts import rules
from market.carts.models import Cart, CartLine
from market.offers.models import Offer, OfferStatus, SaleUnit
from market.orders.models import Order, OrderStatus
from tests.factories import make_commune, make_offer, make_producer, make_product, make_user
from tests.factories.people import PASSWORD
from tests.support.paying import hold_cart, place


def put(client: FlaskClient, offer: Offer | uuid.UUID | str, quantity: object = 1):
    offer_id = offer.id if isinstance(offer, Offer) else offer
    return client.post("/basket/lines?lang=en", data={"offer": str(offer_id), "quantity": str(quantity)})


def lines(session: scoped_session[Session]) -> list[tuple[uuid.UUID, int]]:
    session.expire_all()
    return [(line.offer_id, line.quantity) for line in session.scalars(select(CartLine).order_by(CartLine.id))]


def only_line(session: scoped_session[Session]) -> CartLine:
    return session.scalars(select(CartLine)).one()


def page(client: FlaskClient) -> str:
    return client.get("/basket?lang=en").get_data(as_text=True)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_empty_basket_says_so_and_leads_on(client: FlaskClient, language: str) -> None:
    response = client.get(f"/basket?lang={language}")
    assert response.status_code == 200
    assert 'href="/search"' in response.get_data(as_text=True)


def test_what_is_put_in_is_there_by_producer_with_its_total(
    client: FlaskClient, session: scoped_session[Session]
) -> None:
    first, second = make_offer(price_vnd=35_000), make_offer(price_vnd=120_000, unit=SaleUnit.KILOGRAM)
    assert put(client, first, 2).status_code == 303
    put(client, second)
    text = page(client)
    assert text.count("Parcel from") == 2
    assert "₫190,000" in text
    assert "delivery fee comes at checkout" in text


def test_the_same_offer_twice_is_one_line(client: FlaskClient, session: scoped_session[Session]) -> None:
    offer = make_offer()
    put(client, offer, 2)
    put(client, offer, 3)
    assert lines(session) == [(offer.id, 5)]


@pytest.mark.parametrize("quantity", ["", "0", "-1", "1000", "1.5", "zwei", "99999999999"])
def test_a_quantity_that_makes_no_sense_is_asked_for_again(
    client: FlaskClient, session: scoped_session[Session], quantity: str
) -> None:
    response = put(client, make_offer(on_hand=5000), quantity)
    assert response.status_code == 422
    text = response.get_data(as_text=True)
    assert 'aria-describedby="quantity-error"' in text
    assert f'value="{quantity}"' in text
    assert lines(session) == []


def test_more_than_there_is_names_what_is_left_and_keeps_the_rest(
    client: FlaskClient, session: scoped_session[Session]
) -> None:
    kept, scarce = make_offer(), make_offer(on_hand=7, reserved=4)
    put(client, kept, 2)
    response = put(client, scarce, 4)
    assert response.status_code == 409
    text = response.get_data(as_text=True)
    assert "Only 3 are left" in text
    assert 'value="4"' in text
    assert lines(session) == [(kept.id, 2)]


def test_the_sum_with_what_is_there_already_counts(client: FlaskClient, session: scoped_session[Session]) -> None:
    offer = make_offer(on_hand=5)
    put(client, offer, 3)
    assert put(client, offer, 3).status_code == 409
    assert lines(session) == [(offer.id, 3)]


def test_what_cannot_be_bought_is_not_found(client: FlaskClient, session: scoped_session[Session]) -> None:
    paused = make_offer(status=OfferStatus.PAUSED)
    draft = make_offer(make_product(status="draft"))
    for offer in (paused, draft, uuid.uuid4(), "nonsense", ""):
        assert put(client, offer).status_code == 404
    assert session.scalar(select(func.count()).select_from(Cart)) == 0


def test_a_full_basket_takes_no_other_offer_but_more_of_what_is_in_it(
    client: FlaskClient, session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MAX_LINES", 2)
    first, second, third = make_offer(), make_offer(), make_offer()
    for offer in (first, second):
        assert put(client, offer).status_code == 303
    refused = put(client, third)
    assert refused.status_code == 422
    assert "A basket takes 2 different goods." in refused.text
    assert put(client, second, 3).status_code == 303
    assert lines(session) == [(first.id, 1), (second.id, 4)]


def change(client: FlaskClient, line_id: uuid.UUID, *, quantity: str, **data: str):
    return client.post("/basket/quantities?lang=en", data={f"{line_id}-quantity": quantity} | data)


def test_a_line_is_changed_and_removed(client: FlaskClient, session: scoped_session[Session]) -> None:
    offer = make_offer()
    put(client, offer)
    line_id = only_line(session).id
    assert change(client, line_id, quantity="4").status_code == 303
    assert lines(session) == [(offer.id, 4)]
    assert change(client, line_id, quantity="bad", remove=str(line_id)).status_code == 303
    assert lines(session) == []
    assert "Your basket is empty" in page(client)


def test_quantity_zero_takes_the_line_out(client: FlaskClient, session: scoped_session[Session]) -> None:
    put(client, make_offer())
    change(client, only_line(session).id, quantity="0")
    assert lines(session) == []


@pytest.mark.parametrize(
    ("quantity", "status"), [("-1", 422), ("1000", 422), ("", 422), ("viele", 422), ("101", 409), ("999", 409)]
)
def test_a_bad_change_is_refused_at_the_line_and_kept(
    client: FlaskClient, session: scoped_session[Session], quantity: str, status: int
) -> None:
    offer = make_offer(on_hand=100)
    put(client, offer, 2)
    line = only_line(session)
    response = change(client, line.id, quantity=quantity)
    assert response.status_code == status
    text = response.get_data(as_text=True)
    assert f'aria-describedby="quantity-{line.id}-error"' in text
    assert f'value="{quantity}"' in text
    assert lines(session) == [(offer.id, 2)]


def test_somebody_elses_line_is_left_alone_like_a_missing_one(
    app,
    client: FlaskClient,
    session: scoped_session[Session],
) -> None:
    offer = make_offer()
    put(client, offer)
    line_id = only_line(session).id
    other = app.test_client()
    for has_basket in (False, True):
        if has_basket:
            put(other, make_offer())
        for unknown in (line_id, uuid.uuid4()):
            for sent in ({"quantity": "9"}, {"quantity": "bad"}, {"quantity": "1", "remove": str(unknown)}):
                assert change(other, unknown, **sent).status_code == 303
    assert (offer.id, 1) in lines(session) and len(lines(session)) == 2


def test_going_on_to_checkout_takes_along_what_was_typed(client: FlaskClient, session: scoped_session[Session]) -> None:
    first, second = make_offer(), make_offer()
    put(client, first)
    put(client, second)
    ids = {line.offer_id: line.id for line in session.scalars(select(CartLine))}
    typed = {f"{ids[first.id]}-quantity": "3", f"{ids[second.id]}-quantity": "4", "checkout": "1"}
    answer = client.post("/basket/quantities", data=typed)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/checkout")
    assert sorted(lines(session)) == sorted([(first.id, 3), (second.id, 4)])


def test_every_number_that_cannot_be_is_named_on_top_and_none_is_taken(
    client: FlaskClient, session: scoped_session[Session]
) -> None:
    offers = [make_offer(on_hand=5) for _ in range(3)]
    for offer in offers:
        put(client, offer)
    ids = [session.scalars(select(CartLine.id).where(CartLine.offer_id == offer.id)).one() for offer in offers]
    typed = dict(zip([f"{line_id}-quantity" for line_id in ids], ("6", "2", "7"), strict=True))
    page = client.post("/basket/quantities?lang=en", data=typed | {"checkout": "1"})
    assert page.status_code == 409
    summary = page.text.split('class="error-summary"')[1].split("</div>")[0]
    assert summary.count("Only 5 are left.") == 2
    assert [f"#quantity-{line_id}" in summary for line_id in ids] == [True, False, True]
    assert [f'value="{number}"' in page.text for number in ("6", "2", "7")] == [True] * 3
    assert {quantity for _offer, quantity in lines(session)} == {1}


def test_a_voucher_that_is_refused_is_named_on_top(client: FlaskClient, session: scoped_session[Session]) -> None:
    put(client, make_offer())
    page = client.post("/basket/vouchers?lang=en", data={"code": "KHONGCO"})
    summary = page.text.split('class="error-summary"')[1].split("</div>")[0]
    assert 'href="#code"' in summary


def test_a_changed_price_is_named_once(client: FlaskClient, session: scoped_session[Session]) -> None:
    offer = make_offer(price_vnd=35_000)
    put(client, offer)
    offer.price_vnd = 40_000
    session.flush()
    text = page(client)
    assert "costs ₫40,000 now, before it was ₫35,000" in text
    assert "Something changed" not in page(client)


def test_less_stock_is_named_and_checkout_waits(client: FlaskClient, session: scoped_session[Session]) -> None:
    offer, gone = make_offer(on_hand=10), make_offer()
    put(client, offer, 8)
    put(client, gone)
    offer.on_hand, gone.status = 3, OfferStatus.PAUSED
    session.flush()
    text = page(client)
    assert "only 3 are left; you wanted 8" in text
    assert "is sold out at the moment" in text
    assert 'name="checkout"' not in text
    assert "Take 3" in text


def test_a_guests_basket_survives_signing_in(client: FlaskClient, session: scoped_session[Session]) -> None:
    user = make_user(RoleName.CONSUMER)
    offer = make_offer()
    put(client, offer, 2)
    response = client.post("/sign-in", data={"email": user.email, "password": PASSWORD})
    assert response.status_code == 302
    assert "₫70,000" in page(client)
    put(client, offer)
    assert session.scalars(select(Cart)).one().user_id == user.id


def make_order_of(session: scoped_session[Session], cart: Cart, status: OrderStatus) -> Order:
    order = Order(
        id=new_id(),
        number=f"T{new_id().hex[-8:]}",
        token=secret_token(),
        buyer_name="Người mua (mẫu)",
        buyer_phone="+84912345678",
        commune_code=make_commune().code,
        address="Thôn 1",
        locale="vi",
        goods_vnd=35_000,
        delivery_vnd=0,
        total_vnd=35_000,
        status=status,
    )
    session.add(order)
    session.flush()
    cart.order_id = order.id
    session.flush()
    return order


def test_a_basket_whose_order_waits_is_whole_and_changing_it_begins_anew(
    client: FlaskClient, session: scoped_session[Session]
) -> None:
    offer = make_offer()
    put(client, offer, 2)
    cart = session.scalars(select(Cart)).one()
    order = make_order_of(session, cart, OrderStatus.AWAITING_PAYMENT)
    assert f"/orders/{order.token}" in page(client)
    change(client, only_line(session).id, quantity="5")
    assert lines(session) == [(offer.id, 2), (offer.id, 5)]
    session.refresh(cart)
    assert cart.order_id == order.id
    assert f"/orders/{order.token}" not in page(client)


def test_what_ones_own_unpaid_order_holds_can_be_bought(client: FlaskClient, session: scoped_session[Session]) -> None:
    offer = make_offer(on_hand=5)
    place((offer, 5))
    hold_cart(client, session.scalars(select(Cart)).one())
    assert "sold out" not in page(client)
    refused = put(client, offer, 1)
    assert refused.status_code == 409
    assert "Only 5 are left." in refused.text
    assert change(client, only_line(session).id, quantity="4").status_code == 303
    assert put(client, offer, 1).status_code == 303, "also for the basket that replaces the one of the order"
    assert lines(session) == [(offer.id, 5), (offer.id, 5)]
    assert "To checkout" in page(client)


def test_a_paid_basket_is_empty(client: FlaskClient, session: scoped_session[Session]) -> None:
    put(client, make_offer())
    make_order_of(session, session.scalars(select(Cart)).one(), OrderStatus.PAID)
    assert "Your basket is empty" in page(client)


def test_names_are_escaped(client: FlaskClient, session: scoped_session[Session]) -> None:
    put(client, make_offer(make_product(name_vi="<b>Bưởi</b>", name_en="<b>Pomelo</b>")))
    text = page(client)
    assert "<b>Pomelo" not in text
    assert "&lt;b&gt;Pomelo" in text


def test_the_page_costs_the_same_number_of_queries_however_full(
    client: FlaskClient, session: scoped_session[Session], count_queries
) -> None:
    put(client, make_offer())
    with count_queries() as few:
        page(client)
    for _ in range(8):
        put(client, make_offer(make_product(make_producer())))
    with count_queries() as many:
        page(client)
    assert len(few) == len(many) == 3


@pytest.mark.parametrize("status", [OrderStatus.PAID, OrderStatus.SHIPPED])
def test_what_is_bought_is_not_in_the_next_basket(
    client: FlaskClient, session: scoped_session[Session], status: OrderStatus
) -> None:
    """The buyer closed the window after paying and comes back by another page than the basket's."""
    bought, other = make_offer(), make_offer()
    put(client, bought, 2)
    cart = session.scalars(select(Cart)).one()
    cart.order_id = make_order_of(session, cart, status).id
    session.commit()
    put(client, other)
    assert "Parcel from" in page(client)
    in_basket = session.scalars(select(CartLine.offer_id).where(CartLine.cart_id != cart.id)).all()
    assert list(in_basket) == [other.id]
