"""Step 5 of the story: basket, guest checkout, hosted page, paid."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.db import db, utc_now
from core.mail.events import MailRequested
from core.outbox.models import OutboxMessage
from market.carts.models import Cart, CartLine
from market.offers.models import Offer, SaleUnit
from market.orders.models import Order, OrderStatus, Parcel, ParcelStatus
from market.payments.models import PaymentStatus
from tests.factories import (
    make_commune,
    make_lot,
    make_offer,
    make_producer,
    make_product,
    make_promotion,
    make_user,
    sign_in,
)
from tests.support.paying import DECLINED, LiveSandbox, hold_cart, make_cart, only_payment

FORM = {
    "name": "Nguyễn Thị Mẫu",
    "phone": "0912 345 678",
    "province": "42",
    "commune": "18547",
    "address": "Thôn 3",
    "email": "mau@example.com",
    "note": "",
}


@pytest.fixture
def offer(session: scoped_session[Session]) -> Offer:
    return make_offer()


@pytest.fixture
def shopper(client: FlaskClient, offer: Offer) -> FlaskClient:
    """A visitor with three pomelos in the basket."""
    hold_cart(client, make_cart((offer, 3)))
    return client


def order_form(**changes: object) -> dict[str, object]:
    return {**FORM, "shown_goods_vnd": "105000", **changes}


def the_order(session: scoped_session[Session]) -> Order:
    return session.scalars(select(Order).execution_options(populate_existing=True)).one()


def test_the_form_asks_for_what_is_needed(shopper: FlaskClient) -> None:
    page = shopper.get("/checkout")
    assert page.status_code == 200
    assert 'name="phone"' in page.text
    assert "Xã Phúc Trạch" in page.text
    assert "105.000" in page.text


def test_a_known_number_stands_in_the_form_as_people_write_it(shopper: FlaskClient, live_sandbox: LiveSandbox) -> None:
    shopper.post("/checkout", data=order_form())
    assert 'value="0912 345 678"' in shopper.get("/checkout").text
    sign_in(shopper, make_user(phone="+84912000010"))
    db.session.commit()
    hold_cart(shopper, make_cart((make_offer(), 1)))
    assert 'value="0912 000 010"' in shopper.get("/checkout").text


def test_a_guest_orders_pays_and_gets_a_mail(
    shopper: FlaskClient, session: scoped_session[Session], offer: Offer, live_sandbox: LiveSandbox
) -> None:
    answer = shopper.post("/checkout", data=order_form())
    assert answer.status_code == 303, answer.text
    assert "/c/pay/cs_test_" in answer.location
    order = the_order(session)
    assert (order.status, order.buyer_phone, order.total_vnd) == (OrderStatus.AWAITING_PAYMENT, "+84912345678", 125_000)
    session.refresh(offer)
    assert (offer.on_hand, offer.reserved) == (100, 3)

    paid = live_sandbox.pay(answer.location)
    assert paid.headers["Location"].endswith(f"/orders/{order.token}/return")
    back = shopper.get(f"/orders/{order.token}/return")
    assert (back.status_code, back.location) == (303, f"/orders/{order.token}")
    order = the_order(session)
    assert order.status == OrderStatus.PAID
    session.refresh(offer)
    assert (offer.on_hand, offer.reserved) == (97, 0)
    page = shopper.get(f"/orders/{order.token}")
    assert page.status_code == 200
    assert order.number in page.text
    mails = session.scalars(select(OutboxMessage).where(OutboxMessage.name == MailRequested.__name__)).all()
    assert [mail.payload["template"] for mail in mails] == ["order_paid"]
    assert mails[0].payload["recipient"] == "mau@example.com"
    with shopper.session_transaction() as browser_session:
        assert "cart_id" not in browser_session


def test_the_webhook_alone_pays_the_order_when_the_tab_was_closed(
    shopper: FlaskClient, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    live_sandbox.pay(shopper.post("/checkout", data=order_form()).location)
    assert live_sandbox.send_events(shopper) == [200]
    assert the_order(session).status == OrderStatus.PAID
    assert only_payment().status == PaymentStatus.SUCCEEDED


def test_a_declined_card_leaves_the_order_open_and_the_basket_whole(
    shopper: FlaskClient, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    first = shopper.post("/checkout", data=order_form()).location
    assert live_sandbox.pay(first, DECLINED).status_code == 402
    token = the_order(session).token
    shopper.get(f"/orders/{token}/return")
    assert the_order(session).status == OrderStatus.AWAITING_PAYMENT
    assert 'value="3"' in shopper.get("/basket").text
    again = shopper.post(f"/orders/{token}/pay")
    assert again.location == first
    live_sandbox.pay(again.location)
    shopper.get(f"/orders/{token}/return")
    assert the_order(session).status == OrderStatus.PAID


def test_the_same_form_sent_twice_makes_one_order(
    shopper: FlaskClient, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    first = shopper.post("/checkout", data=order_form())
    second = shopper.post("/checkout", data=order_form())
    assert first.location == second.location
    assert the_order(session).status == OrderStatus.AWAITING_PAYMENT
    live_sandbox.pay(first.location)
    live_sandbox.send_events(shopper)
    third = shopper.post("/checkout", data=order_form())
    assert third.status_code == 303
    assert the_order(session).status == OrderStatus.PAID


def test_a_changed_basket_replaces_the_open_order_and_frees_its_stock(
    shopper: FlaskClient, session: scoped_session[Session], offer: Offer, live_sandbox: LiveSandbox
) -> None:
    first_page = shopper.post("/checkout", data=order_form()).location
    shopper.post("/basket/lines", data={"offer": str(offer.id), "quantity": "1"})
    second_page = shopper.post("/checkout", data=order_form(shown_goods_vnd="140000")).location
    assert first_page != second_page
    orders = session.scalars(select(Order).order_by(Order.placed_at)).all()
    assert [order.status for order in orders] == [OrderStatus.EXPIRED, OrderStatus.AWAITING_PAYMENT]
    session.refresh(offer)
    assert offer.reserved == 4
    assert live_sandbox.pay(first_page).status_code == 410, "the page of the replaced order is closed"


def test_what_was_bought_in_a_closed_tab_is_not_in_the_basket_again(
    shopper: FlaskClient, session: scoped_session[Session], offer: Offer, live_sandbox: LiveSandbox
) -> None:
    live_sandbox.pay(shopper.post("/checkout", data=order_form()).location)
    assert live_sandbox.send_events(shopper) == [200]  # the buyer never came back from the payment page
    shopper.post("/basket/lines", data={"offer": str(offer.id), "quantity": "1"})
    newest = select(CartLine.quantity).join(Cart).order_by(Cart.created_at.desc()).limit(1)
    assert session.scalars(newest).one() == 1
    assert shopper.post("/checkout", data=order_form(shown_goods_vnd="35000")).status_code == 303


def test_corrected_details_replace_the_open_order(
    shopper: FlaskClient, session: scoped_session[Session], offer: Offer, live_sandbox: LiveSandbox
) -> None:
    shopper.post("/checkout", data=order_form())
    shopper.post("/checkout", data=order_form(address="Thôn 4"))
    orders = session.scalars(select(Order).order_by(Order.placed_at)).all()
    assert [(order.status, order.address) for order in orders] == [
        (OrderStatus.EXPIRED, "Thôn 3"),
        (OrderStatus.AWAITING_PAYMENT, "Thôn 4"),
    ]
    session.refresh(offer)
    assert offer.reserved == 3


def test_a_campaign_that_began_meanwhile_replaces_the_open_order(
    shopper: FlaskClient, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    shopper.set_cookie("language", "en")
    shopper.post("/checkout", data=order_form())
    assert "If you change nothing here, you go on with it." in shopper.get("/checkout").text
    campaign = make_promotion()
    session.commit()
    page = shopper.get("/checkout").text
    assert "is kept for you at ₫125,000." in page
    assert "₫114,500" in page
    for _ in range(2):
        sent = order_form(shown_goods_vnd="94500", shown_promotions=str(campaign.id))
        assert shopper.post("/checkout", data=sent).status_code == 303
    orders = session.scalars(select(Order).order_by(Order.placed_at)).all()
    assert [(order.status, order.total_vnd) for order in orders] == [
        (OrderStatus.EXPIRED, 125_000),
        (OrderStatus.AWAITING_PAYMENT, 114_500),
    ]


def test_what_sold_out_is_named_and_the_rest_stays(
    client: FlaskClient, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    scarce, plenty = make_offer(on_hand=2), make_offer()
    hold_cart(client, make_cart((scarce, 3), (plenty, 1)))
    refused = client.post("/checkout", data=order_form(shown_goods_vnd="105000"))
    assert refused.status_code == 409
    assert 'name="accept_less"' in refused.text
    assert "Thôn 3" in refused.text, "what was typed is kept"
    assert session.scalars(select(Order)).all() == []
    reduced = client.post("/checkout", data=order_form(shown_goods_vnd="105000", accept_less="1"))
    assert reduced.status_code == 200
    assert 'name="accept_less"' not in reduced.text
    done = client.post("/checkout", data=order_form(shown_goods_vnd="105000"))
    assert done.status_code == 303
    assert the_order(session).goods_vnd == 3 * 35_000


def test_of_offers_of_one_lot_the_one_that_is_too_much_is_named(
    client: FlaskClient, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    product = make_product()
    lot = make_lot(product, quantity=6)
    piece = make_offer(product, on_hand=6, lot_id=lot.id)
    box = make_offer(product, on_hand=1, unit=SaleUnit.BOX, content_quantity=6, lot_id=lot.id)
    hold_cart(client, make_cart((piece, 3), (box, 1)))
    refused = client.post("/checkout", data=order_form(shown_goods_vnd="140000"))
    assert refused.status_code == 409
    assert 'name="accept_less"' in refused.text
    client.post("/checkout", data=order_form(shown_goods_vnd="140000", accept_less="1"))
    assert client.post("/checkout", data=order_form(shown_goods_vnd="105000")).status_code == 303
    assert the_order(session).goods_vnd == 3 * 35_000


def test_a_price_that_rose_is_shown_before_it_is_asked_for(
    shopper: FlaskClient, session: scoped_session[Session], offer: Offer, live_sandbox: LiveSandbox
) -> None:
    offer.price_vnd = 40_000
    session.commit()
    refused = shopper.post("/checkout", data=order_form())
    assert refused.status_code == 409
    assert "120.000" in refused.text
    assert f"{offer.product.name_vi} giờ giá 40.000 ₫, trước là 35.000 ₫." in refused.text
    assert "trước là" not in shopper.get("/checkout").text, "what was named is what was seen last"
    assert shopper.post("/checkout", data=order_form(shown_goods_vnd="120000")).status_code == 303


def test_a_quantity_changed_in_another_tab_is_not_called_a_price(
    shopper: FlaskClient, session: scoped_session[Session], offer: Offer, live_sandbox: LiveSandbox
) -> None:
    shopper.set_cookie("language", "en")
    shopper.post("/basket/lines", data={"offer": str(offer.id), "quantity": "1"})
    refused = shopper.post("/checkout", data=order_form())
    assert refused.status_code == 409
    assert "has changed since this page was shown" in refused.text
    assert "before it was" not in refused.text
    assert session.scalars(select(Order)).all() == []


def test_a_campaign_that_ended_meanwhile_is_named(
    shopper: FlaskClient, session: scoped_session[Session], offer: Offer, live_sandbox: LiveSandbox
) -> None:
    shopper.set_cookie("language", "en")
    campaign = make_promotion(name_en="Week of the pomelo")
    shown = order_form(shown_goods_vnd="94500", shown_promotions=str(campaign.id))
    campaign.ended_at = utc_now()
    session.commit()
    refused = shopper.post("/checkout", data=shown)
    assert refused.status_code == 409
    assert "“Week of the pomelo” does not apply any more." in refused.text
    assert shopper.get("/checkout").text.count("Week of the pomelo") == 0


def test_each_producer_gets_a_parcel_with_its_own_fee(
    client: FlaskClient, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    far = make_commune("00004", "Phường Ba Đình", "01")
    other = make_offer(make_product(make_producer(commune_code=far.code)))
    hold_cart(client, make_cart((make_offer(), 1), (other, 2)))
    client.post("/checkout", data=order_form())
    parcels = session.scalars(select(Parcel)).all()
    assert sorted(parcel.delivery_vnd for parcel in parcels) == [20_000, 35_000]
    assert the_order(session).total_vnd == 3 * 35_000 + 55_000


def test_an_unreachable_payment_server_keeps_the_order(
    shopper: FlaskClient, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    live_sandbox.serving.stop()
    answer = shopper.post("/checkout", data=order_form())
    order = the_order(session)
    assert answer.location == f"/orders/{order.token}"
    page = shopper.get(answer.location)
    assert f'action="/orders/{order.token}/pay"' in page.text
    assert 'class="notice notice-bad"' in page.text
    assert only_payment().status == PaymentStatus.PENDING
    live_sandbox.serving = type(live_sandbox.serving).start(live_sandbox.serving.app)


def test_choosing_a_province_shows_its_communes_and_keeps_the_rest(shopper: FlaskClient) -> None:
    make_commune("00004", "Phường Ba Đình", "01")
    page = shopper.post("/checkout", data={"name": "Mẫu", "province": "01", "choose_province": "1"})
    assert page.status_code == 200
    assert "Phường Ba Đình" in page.text
    assert 'value="Mẫu"' in page.text
    assert "field-error" not in page.text


def test_parcels_wait_for_the_payment(
    shopper: FlaskClient, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    shopper.post("/checkout", data=order_form())
    assert [parcel.status for parcel in session.scalars(select(Parcel))] == [ParcelStatus.WAITING]
