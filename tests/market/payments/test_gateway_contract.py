"""The gateway's contract, held against the sandbox and against Stripe's own mock, which checks every parameter."""

import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

import pytest
import stripe

from core.db import new_id, utc_now
from core.errors import Unavailable
from market.payments.configuration import PaymentConfiguration
from market.payments.gateway import (
    CURRENCY,
    PaymentGateway,
    RefundOutcome,
    RequestRefused,
    SessionStatus,
    SignatureRefused,
)
from market.payments.purposes import PaymentItem, PaymentRequest
from market.payments.stripe_gateway import StripeGateway
from tests.support.paying import LiveSandbox

SECRET = "whsec_test"
REQUEST = PaymentRequest(
    reference="7K3M-9QRS",
    items=(PaymentItem("Bưởi Phúc Trạch", 35_000, 3), PaymentItem("Giao hàng", 20_000)),
    return_path="/orders/abc/return",
    cancel_path="/orders/abc",
    locale="vi",
    email="mau@example.com",
)


@pytest.fixture(params=["sandbox", "stripe-mock"])
def gateway(request: pytest.FixtureRequest) -> Iterator[PaymentGateway]:
    """The same gateway on each of the two servers."""
    if request.param == "sandbox":
        yield request.getfixturevalue("live_sandbox").gateway
        return
    url = request.getfixturevalue("stripe_mock_url")
    yield StripeGateway(PaymentConfiguration("sk_test_123", SECRET, url), site_url="http://localhost:8000")


def create(gateway: PaymentGateway, payment_id: uuid.UUID, key: str | None = None) -> object:
    return gateway.create_session(
        payment_id=payment_id,
        request=REQUEST,
        expires_at=utc_now() + timedelta(minutes=35),
        idempotency_key=key or str(payment_id),
    )


def test_a_page_is_made_read_listed_and_closed(gateway: PaymentGateway) -> None:
    made = create(gateway, new_id())
    assert made.status is SessionStatus.OPEN
    assert made.id
    found = gateway.fetch_session(made.id)
    assert found is not None
    assert not found.is_paid
    assert list(gateway.list_sessions(created_after=utc_now() - timedelta(days=1)))
    gateway.expire_session(made.id)


def test_money_is_given_back(gateway: PaymentGateway, request: pytest.FixtureRequest) -> None:
    intent_id = "pi_123"
    if "sandbox" in request.node.name:
        live: LiveSandbox = request.getfixturevalue("live_sandbox")
        made = create(gateway, new_id())
        live.pay(made.page_url)
        paid = gateway.fetch_session(made.id)
        assert paid is not None
        assert (paid.is_paid, paid.amount, paid.currency, paid.captured) == (True, 125_000, CURRENCY, 125_000)
        intent_id = paid.payment_intent_id or ""
    answer = gateway.refund(payment_intent_id=intent_id, refund_id=new_id(), amount=10_000, idempotency_key="a-key")
    assert answer.outcome is RefundOutcome.SUCCEEDED
    assert gateway.fetch_refund(answer.id).id


def test_everything_that_reconciliation_asks_for_is_answered(
    gateway: PaymentGateway, request: pytest.FixtureRequest
) -> None:
    if "sandbox" in request.node.name:
        live: LiveSandbox = request.getfixturevalue("live_sandbox")
        made = create(gateway, new_id())
        live.pay(made.page_url, "4000000000000259")
        plain = create(gateway, new_id())
        live.pay(plain.page_url)
        paid = gateway.fetch_session(plain.id)
        assert paid is not None
        gateway.refund(
            payment_intent_id=paid.payment_intent_id or "", refund_id=new_id(), amount=10_000, idempotency_key="k"
        )
    since = utc_now() - timedelta(days=1)
    assert next(gateway.list_payments(created_after=since)).currency
    assert next(gateway.list_refunds(created_after=since)).amount > 0
    dispute = next(gateway.list_disputes(created_after=since))
    assert gateway.fetch_dispute(dispute.id).amount > 0
    assert next(gateway.list_balance_movements(created_after=since)).currency
    assert gateway.list_webhook_addresses()
    assert gateway.account_currency()


def test_a_page_carries_what_was_asked_for(live_sandbox: LiveSandbox) -> None:
    payment_id = new_id()
    made = create(live_sandbox.gateway, payment_id)
    raw = live_sandbox.client.v1.checkout.sessions.retrieve(made.id, {"expand": ["line_items"]})
    assert made.payment_id == payment_id
    assert made.amount == raw.amount_total == REQUEST.amount_vnd == 125_000
    assert raw.success_url == "http://localhost:8000/orders/abc/return"
    assert raw.cancel_url == "http://localhost:8000/orders/abc"
    assert (raw.client_reference_id, raw.locale, raw.customer_email) == ("7K3M-9QRS", "vi", "mau@example.com")
    assert [item.description for item in raw.line_items.data] == ["Bưởi Phúc Trạch", "Giao hàng"]


def test_the_same_key_gives_the_same_page_and_other_parameters_are_refused(live_sandbox: LiveSandbox) -> None:
    payment_id, expires_at = new_id(), utc_now() + timedelta(minutes=40)

    def ask(payment: uuid.UUID) -> str:
        return live_sandbox.gateway.create_session(
            payment_id=payment, request=REQUEST, expires_at=expires_at, idempotency_key="one"
        ).id

    assert ask(payment_id) == ask(payment_id)
    with pytest.raises((RequestRefused, Unavailable)):
        ask(new_id())


def test_what_is_not_there_and_what_is_not_possible(live_sandbox: LiveSandbox) -> None:
    gateway = live_sandbox.gateway
    assert gateway.fetch_session("cs_test_unknown") is None
    made = create(gateway, new_id())
    gateway.expire_session(made.id)
    with pytest.raises(RequestRefused):
        gateway.expire_session(made.id)
    with pytest.raises(RequestRefused):
        gateway.refund(payment_intent_id="pi_unknown", refund_id=new_id(), amount=1, idempotency_key="x")


def test_a_list_goes_on_over_its_pages(live_sandbox: LiveSandbox) -> None:
    made = [create(live_sandbox.gateway, new_id()).id for _ in range(102)]
    listed = [
        session.id for session in live_sandbox.gateway.list_sessions(created_after=utc_now() - timedelta(hours=1))
    ]
    assert listed == made[::-1]


def test_a_server_that_is_away_or_refuses_the_key_is_unavailable(live_sandbox: LiveSandbox) -> None:
    away = StripeGateway(PaymentConfiguration("sk_test_x", SECRET, "http://127.0.0.1:9"), site_url="http://localhost")
    with pytest.raises(Unavailable):
        away.fetch_session("cs_test_1")
    wrong = StripeGateway(
        PaymentConfiguration("sk_test_wrong", SECRET, live_sandbox.configuration.api_url), site_url="http://localhost"
    )
    with pytest.raises(Unavailable):
        wrong.fetch_session("cs_test_1")


def test_webhooks_are_believed_by_their_signature_alone(live_sandbox: LiveSandbox) -> None:
    body = '{"id": "evt_1", "type": "x", "data": {"object": {"id": "cs_1", "object": "checkout.session"}}}'
    secret = live_sandbox.configuration.webhook_secret
    good = stripe.WebhookSignature.generate_signature_header(body, secret)
    event = live_sandbox.gateway.verify_webhook(body.encode(), good)
    assert (event.id, event.kind, event.session_id) == ("evt_1", "x", "cs_1")
    for header in (
        "",
        stripe.WebhookSignature.generate_signature_header(body + " ", secret),
        stripe.WebhookSignature.generate_signature_header(body, "whsec_other"),
        stripe.WebhookSignature.generate_signature_header(body, secret, timestamp=int(time.time()) - 301),
    ):
        with pytest.raises(SignatureRefused):
            live_sandbox.gateway.verify_webhook(body.encode(), header)


def test_the_balance_is_told_by_currency(gateway: PaymentGateway) -> None:
    assert all(isinstance(amount, int) and len(currency) == 3 for currency, amount in gateway.fetch_balance().items())
    movements = list(islice(gateway.list_balance_movements(created_after=utc_now() - timedelta(days=1)), 3))
    assert all(movement.net == movement.amount - movement.fee for movement in movements)
