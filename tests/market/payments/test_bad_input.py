"""Bad input that concerns payments: refused, named, nothing lost."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from core.db import atomic
from core.inbox.models import InboxMessage
from market.ledger.models import LedgerEntry
from market.ledger.queries import ledger_total
from market.offers.models import Offer
from market.orders.models import OrderStatus
from market.payments import flow
from market.payments.models import Payment, PaymentStatus, Refund, RefundStatus
from market.payments.purposes import PurposeKind
from market.payments.refunds import finish_refund
from market.payments.usecases import settle_payment
from market.payments.views import refused_webhooks
from market.reconciliation.models import Discrepancy, DiscrepancyKind
from tests.factories import make_offer
from tests.support.paying import LiveSandbox, order_now, payments_now, place
from tests.support.refunding import pay_for


@pytest.fixture
def offer(session: scoped_session[Session]) -> Offer:
    return make_offer()


def open_page(live: LiveSandbox, offer: Offer) -> tuple[object, str]:
    order_id = place((offer, 1))
    return order_id, flow.start_payment(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live.gateway)


def test_a_webhook_for_another_account_changes_nothing(
    offer: Offer, client: FlaskClient, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    order_id, page = open_page(live_sandbox, offer)
    live_sandbox.pay(page)
    event = live_sandbox.events()[0] | {"account": "acct_somebody_else"}
    assert client.post("/webhooks/stripe", **live_sandbox.signed(event)).status_code == 200
    assert order_now(order_id).status == OrderStatus.AWAITING_PAYMENT
    assert session.scalar(select(func.count()).select_from(InboxMessage)) == 0
    # The same news about our own account still takes effect afterwards.
    assert live_sandbox.send_events(client) == [200]
    assert order_now(order_id).status == OrderStatus.PAID


@pytest.mark.parametrize("wrong", [{"amount": 55_001}, {"currency": "usd"}, {"captured": 54_999}])
def test_amounts_or_currencies_that_do_not_match_are_held_and_listed(
    offer: Offer,
    session: scoped_session[Session],
    live_sandbox: LiveSandbox,
    deliver_outbox: object,
    wrong: dict[str, object],
) -> None:
    order_id, page = open_page(live_sandbox, offer)
    live_sandbox.pay(page)
    payment = payments_now(order_id)[0]
    told = live_sandbox.gateway.fetch_session(payment.session_id or "")
    assert told is not None
    with atomic():
        settle_payment(payment_id=payment.id, session=replace(told, **wrong))
    deliver_outbox()
    assert payments_now(order_id)[0].status == PaymentStatus.NEEDS_REVIEW
    assert session.scalars(select(Discrepancy.kind)).all() == [DiscrepancyKind.PAYMENT_DIFFERS]
    assert ledger_total() == 0


@pytest.mark.parametrize("wrong", [{"amount": 1}, {"currency": "usd"}])
def test_a_refund_of_another_amount_or_currency_is_put_before_a_person(
    offer: Offer, session: scoped_session[Session], live_sandbox: LiveSandbox, wrong: dict[str, object]
) -> None:
    order_id, page = open_page(live_sandbox, offer)
    flow.close_pages([], gateway=live_sandbox.gateway)
    live_sandbox.pay(page)
    payment = payments_now(order_id)[0]
    told = live_sandbox.gateway.fetch_session(payment.session_id or "")
    assert told is not None
    with atomic():
        settle_payment(payment_id=payment.id, session=replace(told, amount=1))
    with atomic():
        from market.payments.refunds import request_refund

        refund_id = request_refund(payment_id=payment.id, captured=55_000).id
    answer = live_sandbox.gateway.refund(
        payment_intent_id=payment.payment_intent_id or "", refund_id=refund_id, amount=55_000, idempotency_key="k"
    )
    with atomic():
        finish_refund(refund_id=refund_id, answer=replace(answer, **wrong))
    assert session.scalars(select(Refund.status)).one() == RefundStatus.FAILED
    assert payments_now(order_id)[0].refunded_vnd == 0


def test_a_refund_beyond_what_was_paid_that_reaches_the_vendor_is_refused_and_named(
    offer: Offer, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    """As when our books are behind: the vendor says no, and a person reads why."""
    order_id = pay_for(live_sandbox, (offer, 1))
    payment = payments_now(order_id)[0]
    live_sandbox.client.v1.refunds.create({"payment_intent": str(payment.payment_intent_id)})
    with atomic():
        from market.payments.purposes import RefundReason
        from market.payments.refunds import add_refund

        refund_id = add_refund(payment=payment, amount_vnd=55_000, reason=RefundReason.REVIEWED, key="late").id
    flow.process_refund(refund_id, gateway=live_sandbox.gateway)
    refund = session.scalars(select(Refund).execution_options(populate_existing=True)).one()
    assert refund.status == RefundStatus.FAILED
    assert "charge_already_refunded" in (refund.failure or "")
    assert session.scalar(select(func.count()).select_from(LedgerEntry)) == 1


@pytest.mark.parametrize(("age", "secret"), [(0, "whsec_wrong"), (301, None), (100_000, None)])
def test_bad_and_old_signatures_are_refused_stored_nowhere_and_counted(
    client: FlaskClient, session: scoped_session[Session], live_sandbox: LiveSandbox, age: int, secret: str | None
) -> None:
    before = refused_webhooks.count
    event = {"id": "evt_1", "type": "refund.updated", "data": {"object": {"id": "re_1", "object": "refund"}}}
    signed = live_sandbox.signed(event, age=age, secret=secret)
    assert client.post("/webhooks/stripe", **signed).status_code == 400
    assert refused_webhooks.count == before + 1
    assert session.scalar(select(func.count()).select_from(InboxMessage)) == 0


@pytest.mark.parametrize("kind", ["refund", "dispute", "checkout.session", "charge", "unicorn"])
def test_well_signed_news_about_what_is_not_there_is_never_a_500(
    client: FlaskClient, session: scoped_session[Session], live_sandbox: LiveSandbox, kind: str
) -> None:
    event = {"id": "evt_1", "type": f"{kind}.created", "data": {"object": {"id": "xx_unknown", "object": kind}}}
    answer = client.post("/webhooks/stripe", **live_sandbox.signed(event))
    assert answer.status_code in (200, 409)
    assert session.scalar(select(func.count()).select_from(Payment)) == 0
