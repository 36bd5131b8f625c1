"""Many at once, on real connections to a real PostgreSQL: what is committed here stays in a database of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask
from sqlalchemy import func, select

from core.db import db, utc_now
from core.mail.events import MailRequested
from core.outbox.models import OutboxMessage
from market.delivery.queries import methods_for
from market.delivery.rules import free_times
from market.ledger.models import LedgerEntry
from market.offers.models import Offer, StockMovement, StockMovementKind
from market.orders.models import Order, OrderStatus, Parcel
from market.payments import flow
from market.payments.models import Payment
from market.payments.purposes import PurposeKind
from tests.factories import add_slot, make_method, make_offer, make_producer, make_product
from tests.support.paying import (
    LiveSandbox,
    hold_cart,
    make_cart,
    place,
)

FORM = {
    "name": "Nguyễn Thị Mẫu",
    "phone": "0912345678",
    "province": "42",
    "commune": "18547",
    "address": "Thôn 3",
    "email": "mau@example.com",
}


Answer = TypeVar("Answer")


def at_once(count: int, work: Callable[[int], Answer]) -> list[Answer]:
    """Do `work` in so many threads that start together."""
    barrier = threading.Barrier(count)

    def run(number: int) -> Answer:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_twenty_buyers_at_once_on_one_remaining_piece_make_exactly_one_order(
    own_app: Flask, own_sandbox: LiveSandbox
) -> None:
    with own_app.app_context():
        offer = make_offer(on_hand=1)
        offer_id = offer.id
        clients = [own_app.test_client() for _ in range(20)]
        for client in clients:
            hold_cart(client, make_cart((offer, 1)))
        orders_before = db.session.scalar(select(func.count()).select_from(Order))
        db.session.rollback()
    statuses = at_once(
        20, lambda number: clients[number].post("/checkout", data=FORM | {"shown_goods_vnd": "35000"}).status_code
    )
    with own_app.app_context():
        assert sorted(statuses) == [303] + [409] * 19
        assert db.session.scalar(select(func.count()).select_from(Order)) == (orders_before or 0) + 1
        offer = db.session.get_one(Offer, offer_id)
        assert (offer.on_hand, offer.reserved) == (1, 1)


def test_the_same_form_sent_ten_times_at_once_makes_one_order_and_one_page(
    own_app: Flask, own_sandbox: LiveSandbox
) -> None:
    with own_app.app_context():
        offer = make_offer()
        offer_id = offer.id
        cart = make_cart((offer, 2))
        clients = [own_app.test_client() for _ in range(10)]
        for client in clients:
            hold_cart(client, cart)
        db.session.rollback()
    answers = at_once(10, lambda number: clients[number].post("/checkout", data=FORM | {"shown_goods_vnd": "70000"}))
    with own_app.app_context():
        assert {answer.status_code for answer in answers} == {303}
        reserved = select(StockMovement.order_id).where(
            StockMovement.offer_id == offer_id, StockMovement.kind == StockMovementKind.RESERVE
        )
        order_id = db.session.scalars(reserved).one()
        payment = db.session.scalars(select(Payment).where(Payment.order_id == order_id)).one()
        pages = {answer.location for answer in answers if "/c/pay/" in answer.location}
        assert pages == {payment.page_url}


def test_webhook_and_return_page_racing_pay_once_with_one_entry_and_one_mail(
    own_app: Flask, own_sandbox: LiveSandbox
) -> None:
    with own_app.app_context():
        offer = make_offer()
        offer_id = offer.id
        order_id = place((offer, 4))
        token = db.session.get_one(Order, order_id).token
        page = flow.start_payment(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=own_sandbox.gateway)
        own_sandbox.pay(page)
        event = own_sandbox.events()[-1]
        mails_before = _mails()
        entries_before = _entries()
        db.session.rollback()

    def race(number: int) -> int:
        client = own_app.test_client()
        if number % 2:
            return client.get(f"/orders/{token}/return").status_code
        return client.post("/webhooks/stripe", **own_sandbox.signed(event)).status_code

    assert set(at_once(8, race)) == {200, 303}
    with own_app.app_context():
        assert db.session.get_one(Order, order_id).status == OrderStatus.PAID
        assert _entries() == entries_before + 1
        assert _mails() == mails_before + 1
        offer = db.session.get_one(Offer, offer_id)
        assert (offer.on_hand, offer.reserved) == (96, 0)


def test_paying_and_giving_up_the_order_at_once_never_sells_and_releases(
    own_app: Flask, own_sandbox: LiveSandbox
) -> None:
    for _ in range(5):
        with own_app.app_context():
            offer = make_offer()
            offer_id = offer.id
            cart = make_cart((offer, 1))
            client = own_app.test_client()
            hold_cart(client, cart)
            db.session.rollback()
        page = client.post("/checkout", data=FORM | {"shown_goods_vnd": "35000"}).location
        changed = FORM | {"shown_goods_vnd": "35000", "address": "Thôn 9"}

        def race(number: int, page: str = page, client: object = client, changed: dict[str, str] = changed) -> int:
            if number == 0:
                return own_sandbox.pay(page).status_code
            return client.post("/checkout", data=changed).status_code

        at_once(2, race)
        with own_app.app_context():
            for event in own_sandbox.events():
                own_app.test_client().post("/webhooks/stripe", **own_sandbox.signed(event))
            offer = db.session.get_one(Offer, offer_id)
            orders = db.session.scalars(
                select(Order).where(
                    Order.id.in_(select(StockMovement.order_id).where(StockMovement.offer_id == offer_id))
                )
            ).all()
            paid = sum(order.status == OrderStatus.PAID for order in orders)
            waiting = sum(order.status == OrderStatus.AWAITING_PAYMENT for order in orders)
            assert (100 - offer.on_hand, offer.reserved) == (paid, waiting)
            assert paid + waiting == 1


def _mails() -> int:
    statement = select(func.count()).where(
        OutboxMessage.name == MailRequested.__name__, OutboxMessage.payload["template"].astext == "order_paid"
    )
    return db.session.scalar(statement) or 0


def _entries() -> int:
    return db.session.scalar(select(func.count()).select_from(LedgerEntry)) or 0


def test_buyers_at_once_on_the_last_place_of_a_delivery_time(own_app: Flask, own_sandbox: LiveSandbox) -> None:
    with own_app.app_context():
        producer = make_producer()
        # Each wants other goods, so that nothing but the time is left to wait for.
        offers = [make_offer(make_product(producer)) for _ in range(6)]
        offer_ids = [offer.id for offer in offers]
        method = make_method(producer)
        add_slot(method, capacity=1)
        [terms] = methods_for([method.producer_id])[method.producer_id]
        time = free_times(terms.windows, now=utc_now(), booked={})[0]
        chosen = {
            "shown_goods_vnd": "35000",
            f"delivery_{method.producer_id}": f"{method.id}.25000",
            f"time_{method.producer_id}_{method.id}": f"{time.slot_id}.{time.day}",
        }
        clients = [own_app.test_client() for _ in range(6)]
        for client, offer in zip(clients, offers, strict=True):
            hold_cart(client, make_cart((offer, 1)))
        db.session.rollback()
    answers = at_once(6, lambda number: clients[number].post("/checkout?lang=en", data=FORM | chosen))
    with own_app.app_context():
        assert sorted(answer.status_code for answer in answers) == [303] + [409] * 5
        refused = [answer.text for answer in answers if answer.status_code == 409]
        assert all("This delivery time has just been taken." in text for text in refused)
        held = db.session.scalars(select(Parcel).where(Parcel.delivery_slot_id == time.slot_id)).all()
        assert len(held) == 1, "the refused orders hold nothing"
        reserved = db.session.scalars(select(Offer.reserved).where(Offer.id.in_(offer_ids))).all()
        assert sorted(reserved) == [0, 0, 0, 0, 0, 1]
