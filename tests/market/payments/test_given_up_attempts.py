"""Attempts to pay that this site has given up, while the vendor goes on; found by histories of random steps."""

import uuid
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from core.accounts import ANONYMOUS
from core.db import atomic
from market.orders.usecases import expire_order, lock_order
from market.payments import flow
from market.payments.models import PaymentStatus
from market.payments.purposes import PurposeKind
from market.payments.usecases import withdraw_payments
from tests.factories import make_offer
from tests.support.paying import LiveSandbox, payments_now, place


def give_up(live: LiveSandbox) -> tuple[uuid.UUID, str]:
    """An order with a page, ended here while its page is still open; its id and the page's address."""
    order_id = place((make_offer(), 1))
    page = flow.start_payment(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live.gateway)
    with atomic():
        expire_order(actor=ANONYMOUS, order=lock_order(order_id), reason="Ended")
        withdraw_payments(kind=PurposeKind.ORDER, purpose_id=order_id)
    return order_id, page


def test_a_page_that_ends_after_its_payment_was_given_up_changes_nothing(
    client: FlaskClient, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    order_id, _page = give_up(live_sandbox)
    live_sandbox.gateway.expire_session(payments_now(order_id)[0].session_id or "")
    assert live_sandbox.send_events(client) == [200]
    flow.finish_payments(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live_sandbox.gateway)
    assert payments_now(order_id)[0].status == PaymentStatus.EXPIRED


def test_money_on_a_payment_that_was_given_up_is_found_without_a_webhook_and_goes_back(
    session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    order_id, page = give_up(live_sandbox)
    live_sandbox.pay(page)
    flow.reconcile(gateway=live_sandbox.gateway, since=timedelta(hours=1))
    payment = payments_now(order_id)[0]
    assert (payment.status, payment.refunded_vnd) == (PaymentStatus.REFUNDED, payment.amount_vnd)
