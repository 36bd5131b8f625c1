"""Mails about orders that nobody has paid: one while the goods are held, one when they no longer are."""

import uuid
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from core.db import atomic, utc_now
from market.checkout.abandoned import expire_abandoned_orders
from market.checkout.reminders import remind_to_pay
from market.checkout.tasks import REMINDED_AFTER
from market.offers.models import Offer
from market.orders.models import OrderStatus
from market.payments import flow
from market.payments.purposes import PurposeKind
from market.payments.rules import PAGE_LIFETIME
from market.refunds.flow import cancel_order
from tests.factories import make_offer
from tests.support.paying import LiveSandbox, last_mail, mails_asked_for, order_now, place


@pytest.fixture
def offer(session: scoped_session[Session]) -> Offer:
    return make_offer()


def remind(placed_before: object = None) -> int:
    with atomic():
        return remind_to_pay(placed_before=utc_now() if placed_before is None else placed_before, limit=10)


def open_page(order_id: uuid.UUID, live: LiveSandbox) -> str:
    return flow.start_payment(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live.gateway)


def test_who_has_not_paid_is_told_once_in_the_language_of_the_order(offer: Offer) -> None:
    order_id = place((offer, 1), locale="en")
    assert remind(utc_now() - REMINDED_AFTER) == 0
    assert [remind(), remind()] == [1, 0]
    assert mails_asked_for() == ["order_waits"]
    mail = last_mail()
    assert mail["locale"] == "en"
    assert mail["context"]["path"] == f"/orders/{order_now(order_id).token}"


def test_who_has_paid_or_has_no_address_is_not_told(offer: Offer, live_sandbox: LiveSandbox) -> None:
    place((offer, 1), email=None)
    order_id = place((offer, 1))
    live_sandbox.pay(open_page(order_id, live_sandbox))
    flow.finish_payments(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live_sandbox.gateway)
    assert remind() == 0
    assert mails_asked_for() == ["order_paid"]


def test_there_is_time_left_to_pay_after_the_mail() -> None:
    assert REMINDED_AFTER + timedelta(minutes=15) <= PAGE_LIFETIME


def test_the_end_of_an_unpaid_page_is_told_once(offer: Offer, client: FlaskClient, live_sandbox: LiveSandbox) -> None:
    order_id = place((offer, 1))
    open_page(order_id, live_sandbox)
    live_sandbox.lets_pass(PAGE_LIFETIME.total_seconds() + 1)
    live_sandbox.serving.app.extensions["payment_sandbox_background"].sweep()
    assert live_sandbox.send_events(client) + live_sandbox.send_events(client) == [200, 200]
    assert order_now(order_id).status == OrderStatus.EXPIRED
    assert mails_asked_for() == ["order_ended"]
    assert last_mail()["context"]["ending"] == "not_paid"


def test_an_order_whose_payment_never_began_is_told_too(offer: Offer) -> None:
    place((offer, 1))
    for _ in range(2):
        with atomic():
            expire_abandoned_orders(reserved_before=utc_now() + timedelta(days=1), limit=10)
    assert mails_asked_for() == ["order_ended"]


def test_a_buyer_who_cancels_before_paying_has_it_in_writing(offer: Offer, live_sandbox: LiveSandbox) -> None:
    order_id = place((offer, 1))
    open_page(order_id, live_sandbox)
    for _ in range(2):
        cancel_order(order_id=order_id, gateway=live_sandbox.gateway)
    assert mails_asked_for() == ["order_ended"]
    assert last_mail()["context"]["ending"] == "cancelled"
