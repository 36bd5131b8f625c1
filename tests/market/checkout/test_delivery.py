"""How a parcel reaches its buyer: chosen at checkout, checked when the order is placed, kept with the parcel."""

import re
import uuid
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from catalog.producers.models import Producer
from core.accounts import ANONYMOUS
from core.db import atomic, db, utc_now
from core.mail.events import MailRequested
from core.outbox.models import OutboxMessage
from market.checkout.errors import DeliveryNotOffered
from market.checkout.usecases import place_order
from market.delivery.models import DeliveryMethod, DeliveryRate, MethodKind
from market.delivery.queries import methods_for
from market.delivery.rules import DeliveryTime, free_times
from market.offers.models import Offer
from market.offers.stock import count_stock
from market.orders.models import Order, OrderStatus, Parcel, ParcelStatus
from market.orders.usecases import lock_order, mark_paid
from market.promotions.models import PromotionKind
from tests.factories import (
    add_slot,
    add_zone,
    make_commune,
    make_method,
    make_offer,
    make_producer,
    make_product,
    make_promotion,
)
from tests.support.paying import RECIPIENT, LiveSandbox, hold_cart, make_cart

FORM = {
    "name": "Nguyễn Thị Mẫu",
    "phone": "0912 345 678",
    "province": "42",
    "commune": "18547",
    "address": "Thôn 3",
    "email": "mau@example.com",
    "note": "",
    "shown_goods_vnd": "105000",
}


@pytest.fixture
def producer(session: scoped_session[Session]) -> Producer:
    return make_producer()


@pytest.fixture
def offer(producer: Producer) -> Offer:
    """Pomelos of half a kilogram."""
    return make_offer(make_product(producer))


@pytest.fixture
def shopper(client: FlaskClient, offer: Offer) -> FlaskClient:
    """A visitor with three of them in the basket, 105,000 dong."""
    hold_cart(client, make_cart((offer, 3)))
    return client


def first_time(method: DeliveryMethod) -> DeliveryTime:
    [own] = [known for known in methods_for([method.producer_id])[method.producer_id] if known.id == method.id]
    return free_times(own.windows, now=utc_now(), booked={})[0]


def choice(method: DeliveryMethod, fee_vnd: int, time: DeliveryTime | None = None) -> dict[str, str]:
    """What the form sends when this method is chosen."""
    chosen = {f"delivery_{method.producer_id}": f"{method.id}.{fee_vnd}"}
    if time is not None:
        chosen[f"time_{method.producer_id}_{method.id}"] = f"{time.slot_id}.{time.day}"
    return chosen


def send(shopper: FlaskClient, *chosen: dict[str, str], **changes: Any) -> Any:
    form: dict[str, Any] = {**FORM, **changes}
    for part in chosen:
        form |= part
    return shopper.post("/checkout?lang=en", data=form)


def the_parcel() -> Parcel:
    return db.session.scalars(select(Parcel).join(Order).where(Order.status == OrderStatus.AWAITING_PAYMENT)).one()


def shown_total(page: str) -> str:
    """The total that the form says it has shown."""
    [total] = re.findall(r'name="shown_total_vnd"[^>]*value="(\d+)"', page)
    return str(total)


def radios(page: str) -> list[str]:
    return re.findall(r'<input class="form-check-input" type="radio"[^>]+>', page)


def test_the_only_method_is_chosen_beforehand_and_frozen_with_the_parcel(
    shopper: FlaskClient, producer: Producer, live_sandbox: LiveSandbox
) -> None:
    method = make_method(producer)
    db.session.commit()
    page = shopper.get("/checkout?lang=en").text
    [radio] = radios(page)
    assert "checked" in radio and "₫25,000" in page and "₫130,000" in page
    assert send(shopper).status_code == 303
    parcel = the_parcel()
    assert (parcel.delivery_method_id, parcel.delivery_kind, parcel.delivery_name) == (method.id, "courier", "Xe mẫu")
    assert parcel.agreed_rates is not None
    assert (parcel.delivery_vnd, parcel.agreed_rates.fee_vnd(9_000)) == (25_000, 45_000)
    token = db.session.get_one(Order, parcel.order_id).token
    assert "Courier: Xe mẫu" in shopper.get(f"/orders/{token}?lang=en").text


@pytest.mark.parametrize(
    ("rates", "is_said"), [(((2_000, 25_000), (10_000, 45_000)), True), (((10_000, 25_000),), False)]
)
def test_a_fee_by_weight_is_promised(
    shopper: FlaskClient, producer: Producer, rates: tuple[tuple[int, int], ...], is_said: bool
) -> None:
    make_method(producer, rates=rates)
    db.session.commit()
    assert ("The fee is fixed with the order." in shopper.get("/checkout?lang=en").text) is is_said


def test_of_several_methods_the_buyer_chooses_one(
    shopper: FlaskClient, producer: Producer, live_sandbox: LiveSandbox
) -> None:
    make_method(producer)
    point = make_method(producer, MethodKind.PICK_UP, name="Sạp mẫu")
    db.session.commit()
    page = shopper.get("/checkout?lang=en").text
    assert len(radios(page)) == 2 and not any("checked" in radio for radio in radios(page))
    assert "a fee may come on top" in page
    refused = send(shopper)
    assert refused.status_code == 422
    assert "Choose how the parcel from" in refused.text and 'value="Thôn 3"' in refused.text
    assert send(shopper, choice(point, 0)).status_code == 303
    parcel = the_parcel()
    assert (parcel.delivery_vnd, parcel.delivery_kind, parcel.delivery_hours) == (0, "pick_up", "7:00–17:00")
    assert parcel.delivery_address == "Chợ Sơn (mẫu), Xã Phúc Trạch, Tỉnh Hà Tĩnh"
    order = db.session.get_one(Order, parcel.order_id)
    parcel.status, order.status = ParcelStatus.SHIPPED, OrderStatus.SHIPPED
    db.session.commit()
    page = shopper.get(f"/orders/{order.token}?lang=en").text
    assert page.count("Waits to be picked up") == 3 and "On its way" not in page


def test_the_fees_follow_the_commune_without_a_script(shopper: FlaskClient, producer: Producer) -> None:
    near = make_commune()
    method = make_method(producer)
    add_zone(method, communes=[near], rates=[(5_000, 10_000)])
    db.session.commit()
    unknown = shopper.get("/checkout?lang=en").text
    assert "₫25,000" in unknown
    shown = send(shopper, choose_province="1")
    assert shown.status_code == 200
    assert "₫10,000" in shown.text and "₫25,000" not in shown.text
    make_commune("00070", "Phường Hoàn Kiếm", "01")
    db.session.commit()
    far = send(shopper, choose_province="1", province="01", commune="")
    assert "does not deliver a parcel of this weight to this address" in far.text


def test_another_fee_than_was_shown_is_named_and_nothing_is_ordered(
    shopper: FlaskClient, producer: Producer, session: scoped_session[Session]
) -> None:
    method = make_method(producer)
    db.session.commit()
    chosen = choice(method, 25_000)
    session.scalars(select(DeliveryRate).where(DeliveryRate.up_to_grams == 2_000)).one().fee_vnd = 30_000
    db.session.commit()
    refused = send(shopper, chosen)
    assert refused.status_code == 409
    assert "The delivery from" in refused.text and "has changed" in refused.text and "₫30,000" in refused.text
    assert session.scalar(select(Order.id)) is None
    method.ended_at = utc_now()
    db.session.commit()
    assert send(shopper, chosen).status_code == 409, "a method that is gone is not offered"


def test_a_total_that_did_not_count_the_delivery_yet_is_shown_before_anything_is_ordered(
    shopper: FlaskClient, producer: Producer, live_sandbox: LiveSandbox
) -> None:
    chosen = choice(make_method(producer), 25_000)
    make_method(producer, MethodKind.PICK_UP, name="Sạp mẫu")
    db.session.commit()
    shown = shown_total(shopper.get("/checkout").text)
    assert shown == "105000"
    refused = send(shopper, chosen, shown_total_vnd=shown)
    assert refused.status_code == 409
    assert "With delivery your order comes to ₫130,000." in refused.text
    assert send(shopper, chosen, shown_total_vnd=shown_total(refused.text)).status_code == 303


def test_every_parcel_without_a_choice_is_named_at_once_beside_all_else(
    client: FlaskClient, session: scoped_session[Session]
) -> None:
    offers = [make_offer(make_product(make_producer())) for _ in range(3)]
    for offer in offers:
        for kind in (MethodKind.COURIER, MethodKind.PICK_UP):
            make_method(offer.product.producer, kind)
    hold_cart(client, make_cart(*((offer, 1) for offer in offers)))
    db.session.commit()
    for phone, status in (("", 422), (FORM["phone"], 422)):
        page = send(client, phone=phone)
        assert page.status_code == status
        summary = page.text.split('class="error-summary"')[1].split("</div>")[0]
        links = re.findall(r'href="#([^"]+)"', summary)
        assert links == ["phone"] * (not phone) + [f"delivery_{offer.product.producer_id}" for offer in offers]
        assert all(f'id="{link}"' in page.text for link in links)


def test_a_way_that_another_province_does_not_have_is_said_to_be_missing_there(
    shopper: FlaskClient, producer: Producer
) -> None:
    chosen = choice(make_method(producer, provinces=["42"]), 25_000)
    make_method(producer, MethodKind.PICK_UP, name="Sạp mẫu")
    make_commune("00001", province="01")
    db.session.commit()
    refused = send(shopper, chosen, province="01", commune="00001")
    assert refused.status_code == 409
    assert "is not offered to this place. Please choose again." in refused.text and "has changed" not in refused.text


def test_a_lower_fee_than_was_shown_is_simply_taken(
    shopper: FlaskClient, producer: Producer, live_sandbox: LiveSandbox
) -> None:
    method = make_method(producer)
    add_zone(method, communes=[make_commune()], rates=[(5_000, 10_000)])
    db.session.commit()
    for _ in range(2):  # a form sent twice is still one order
        answer = send(shopper, choice(method, 25_000))
        assert answer.status_code == 303, "the fee of the province, shown before the commune"
    assert the_parcel().delivery_vnd == 10_000
    assert db.session.scalar(select(func.count()).select_from(Order)) == 1


def test_a_fee_that_fell_meanwhile_replaces_the_order_that_waits(
    shopper: FlaskClient, producer: Producer, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    method = make_method(producer)
    db.session.commit()
    assert send(shopper, choice(method, 25_000)).status_code == 303
    session.scalars(select(DeliveryRate).where(DeliveryRate.up_to_grams == 2_000)).one().fee_vnd = 10_000
    db.session.commit()
    assert "₫115,000" in shopper.get("/checkout?lang=en").text
    assert send(shopper, choice(method, 10_000)).status_code == 303
    statuses = session.scalars(select(Order.status).order_by(Order.placed_at)).all()
    assert statuses == [OrderStatus.EXPIRED, OrderStatus.AWAITING_PAYMENT]
    assert the_parcel().delivery_vnd == 10_000


def test_what_is_sold_out_is_named_before_another_fee(
    shopper: FlaskClient, producer: Producer, offer: Offer, session: scoped_session[Session]
) -> None:
    method = make_method(producer, rates=[(1_000, 20_000), (9_000, 25_000)])
    db.session.commit()
    count_stock(actor=ANONYMOUS, offer_id=offer.id, on_hand=1)
    db.session.commit()
    page = shopper.get("/checkout?lang=en").text
    assert "₫20,000" in page, "the one that is left is light"
    refused = send(shopper, choice(method, 20_000))
    assert refused.status_code == 409
    assert "Some of this has just been sold out." in refused.text


def test_chilled_goods_are_sold_only_where_they_travel_cooled(
    shopper: FlaskClient, producer: Producer, offer: Offer, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    make_method(producer)
    offer.needs_cool_chain = True
    db.session.commit()
    refused = send(shopper)
    assert refused.status_code == 409
    assert f"{offer.product.name_en} must be kept cold, and {producer.name} does not send cooled goods" in unescape(
        refused.text
    )
    assert session.scalar(select(Order.id)) is None
    assert "must be kept cold" in shopper.get("/basket?lang=en").text
    cooled = make_method(producer, MethodKind.COOL_CHAIN, rates=[(5_000, 60_000)])
    db.session.commit()
    assert send(shopper).status_code == 303
    assert the_parcel().delivery_method_id == cooled.id


def test_a_parcel_too_heavy_for_its_zone_is_not_sold(producer: Producer, offer: Offer) -> None:
    make_method(producer, rates=[(1_000, 20_000)])
    offer.shipping_grams = 600
    cart = make_cart((offer, 2))
    with pytest.raises(DeliveryNotOffered) as refused, atomic():
        place_order(
            actor=ANONYMOUS,
            cart_id=cart.id,
            recipient=RECIPIENT,
            shown_goods_vnd=70_000,
            commission_basis_points=300,
            locale="vi",
        )
    assert refused.value.field == f"delivery_{producer.id}"


def test_a_time_is_chosen_kept_and_shown_wherever_the_parcel_is(
    shopper: FlaskClient, producer: Producer, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    method = make_method(producer)
    add_slot(method)
    db.session.commit()
    time = first_time(method)
    page = shopper.get("/checkout?lang=en").text
    assert f'value="{time.slot_id}.{time.day}"' in page
    assert send(shopper, choice(method, 25_000)).status_code == 422, "no time was chosen"
    assert send(shopper, choice(method, 25_000, time)).status_code == 303
    parcel = the_parcel()
    assert (parcel.delivery_slot_id, parcel.delivery_day, parcel.delivery_from_hour) == (time.slot_id, time.day, 8)
    order = lock_order(parcel.order_id)
    mark_paid(order=order, payment_id=uuid.uuid4())
    when = f"Saturday {time.day:%d/%m/%Y}, 8:00–12:00"
    assert when in shopper.get(f"/orders/{order.token}?lang=en").text
    mail = session.scalars(select(OutboxMessage).where(OutboxMessage.name == MailRequested.__name__)).one()
    assert ["Delivery time", when] in mail.payload["context"]["deliveries"][0]["facts_of_delivery"]


def test_the_last_place_of_a_time_is_taken_once_and_given_back_when_the_order_ends(
    app: Any, shopper: FlaskClient, producer: Producer, offer: Offer, live_sandbox: LiveSandbox
) -> None:
    method = make_method(producer)
    add_slot(method)
    other = app.test_client()
    hold_cart(other, make_cart((offer, 3)))
    time = first_time(method)
    assert send(shopper, choice(method, 25_000, time)).status_code == 303
    own_page = shopper.get("/checkout?lang=en").text
    assert re.search(rf'value="{time.slot_id}.{time.day}" selected', own_page), "an order's own time is free for it"
    assert f'value="{time.slot_id}.{time.day}"' not in other.get("/checkout?lang=en").text
    refused = send(other, choice(method, 25_000, time))
    assert refused.status_code == 409
    assert "This delivery time has just been taken." in refused.text
    assert f'value="{method.id}.25000" checked' in refused.text, "the method stays chosen"
    assert send(shopper, choice(method, 25_000, time), address="Thôn 4").status_code == 303, "replaced, and kept"
    assert send(other, choice(method, 25_000, time)).status_code == 409
    order = db.session.get_one(Order, the_parcel().order_id)
    shopper.post(f"/orders/{order.token}/cancel")
    order.status = OrderStatus.EXPIRED
    db.session.commit()
    assert send(other, choice(method, 25_000, time)).status_code == 303


def test_another_choice_replaces_the_order_that_waits(
    shopper: FlaskClient, producer: Producer, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    courier, point = make_method(producer), make_method(producer, MethodKind.PICK_UP)
    db.session.commit()
    for chosen in (choice(courier, 25_000), choice(courier, 25_000), choice(point, 0)):
        assert send(shopper, chosen).status_code == 303
    statuses = session.scalars(select(Order.status).order_by(Order.placed_at)).all()
    assert statuses == [OrderStatus.EXPIRED, OrderStatus.AWAITING_PAYMENT]
    assert the_parcel().delivery_method_id == point.id


def test_free_delivery_takes_the_fee_of_the_chosen_method(
    shopper: FlaskClient, producer: Producer, live_sandbox: LiveSandbox
) -> None:
    make_method(producer)
    promotion = make_promotion(kind=PromotionKind.FREE_DELIVERY)
    db.session.commit()
    assert send(shopper, shown_promotions=str(promotion.id)).status_code == 303
    parcel = the_parcel()
    assert (parcel.delivery_vnd, parcel.site_discount_vnd) == (25_000, 25_000)


@pytest.mark.parametrize(
    "value",
    ["", "site", "site.", "site.-1", "site.x", "x.1", ".", "site.99999999999999", "site.1.2", "\x00.1", "đ.１"],
)
def test_a_choice_that_makes_no_sense_is_asked_for_again(shopper: FlaskClient, producer: Producer, value: str) -> None:
    make_method(producer)
    make_method(producer, MethodKind.PICK_UP)
    db.session.commit()
    answer = send(shopper, {f"delivery_{producer.id}": value, "delivery_x": value, f"time_{producer.id}_site": value})
    assert answer.status_code == 422
    assert "Choose how the parcel from" in answer.text


@pytest.mark.parametrize("time", ["x", "1.2.3", "00000000-0000-0000-0000-000000000000.2026-02-30", "."])
def test_a_time_that_makes_no_sense_is_asked_for_again(shopper: FlaskClient, producer: Producer, time: str) -> None:
    method = make_method(producer)
    add_slot(method)
    db.session.commit()
    chosen = choice(method, 25_000) | {f"time_{producer.id}_{method.id}": time}
    assert send(shopper, chosen).status_code in (409, 422)


def test_basket_and_checkout_take_a_fixed_number_of_queries(
    client: FlaskClient, session: scoped_session[Session], count_queries: Callable[[], Any]
) -> None:
    def shop(producers: int, methods: int) -> list[int]:
        offers = []
        for _number in range(producers):
            producer = make_producer()
            offers.append(make_offer(make_product(producer)))
            for _method in range(methods):
                add_slot(add_and_zone(producer))
        hold_cart(client, make_cart(*((offer, 1) for offer in offers)))
        numbers = []
        for path in ("/basket", "/checkout"):
            client.get(path)
            with count_queries() as statements:
                assert client.get(path).status_code == 200
            numbers.append(len(statements))
        return numbers

    def add_and_zone(producer: Producer) -> DeliveryMethod:
        method = make_method(producer)
        add_zone(method, is_elsewhere=True)
        return method

    assert shop(1, 1) == shop(4, 3)


def test_goods_that_are_still_to_be_picked_come_after_the_harvest(producer: Producer) -> None:
    method = make_method(producer)
    add_slot(method)
    [own] = methods_for([producer.id])[producer.id]
    assert all(
        time.day >= date(2030, 1, 1)
        for time in free_times(own.windows, now=utc_now(), booked={}, not_before=date(2030, 1, 1))
    )
