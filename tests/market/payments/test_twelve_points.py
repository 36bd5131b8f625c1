"""The points of the payments design, one test or more each: every one of them was somebody's real bug."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import stripe
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import ANONYMOUS, RoleName
from core.db import atomic, utc_now
from core.errors import Conflict, Unavailable
from core.inbox.models import InboxMessage
from market.ledger.models import AccountKind, LedgerEntry
from market.ledger.queries import balance_of, ledger_total
from market.offers.models import Offer
from market.orders.models import OrderStatus
from market.orders.usecases import expire_order, lock_order
from market.payments import flow
from market.payments.gateway import SessionSnapshot
from market.payments.models import Payment, PaymentStatus, Refund, RefundStatus
from market.payments.purposes import PaymentItem, PaymentRequest, PurposeKind, RefundReason
from market.payments.rules import PAGE_LIFETIME, Verdict
from market.payments.usecases import prepare_payment, settle_payment, withdraw_payments
from market.payments.views import refused_webhooks
from market.reconciliation.queries import count_open
from market.refunds.errors import MoreThanWasPaid
from market.refunds.flow import refund_order
from market.refunds.pieces import RefundPart
from tests.factories import make_offer, make_user
from tests.support.paying import LiveSandbox, mails_asked_for, order_now, payments_now, place
from tests.support.refunding import actor_of, lines_of, pay_for


@pytest.fixture
def offer(session: scoped_session[Session]) -> Offer:
    return make_offer()


@pytest.fixture
def start(live_sandbox: LiveSandbox) -> Callable[[uuid.UUID], str]:
    """Start (again) to pay an order; the address of its page."""
    return lambda order_id: flow.start_payment(
        kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live_sandbox.gateway
    )


def finish(order_id: uuid.UUID, live: LiveSandbox) -> None:
    flow.finish_payments(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live.gateway)


def snapshot(order_id: uuid.UUID, live: LiveSandbox) -> SessionSnapshot:
    found = live.gateway.fetch_session(payments_now(order_id)[-1].session_id or "")
    assert found is not None
    return found


class Watching:
    """A gateway that calls `look` whenever it is asked for a page, and then asks the real one."""

    def __init__(self, live: LiveSandbox, look: Callable[[], None]) -> None:
        self._live, self._look = live, look

    def __getattr__(self, name: str) -> object:
        return getattr(self._live.gateway, name)

    def create_session(self, **values: object) -> SessionSnapshot:
        self._look()
        return self._live.gateway.create_session(**values)


def test_01_order_and_payment_are_committed_before_anything_is_asked_of_the_vendor(
    offer: Offer, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    order_id = place((offer, 1))
    seen = []

    def look() -> None:
        # Nothing may be pending in the session: a rollback now must not lose the order or the payment.
        session.rollback()
        seen.append([payment.status for payment in payments_now(order_id)])

    flow.start_payment(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=Watching(live_sandbox, look))
    assert seen == [[PaymentStatus.PENDING]]


def test_01_a_webhook_about_something_unknown_is_answered_200_and_changes_nothing(
    client: FlaskClient, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    foreign = live_sandbox.gateway.create_session(
        payment_id=uuid.uuid4(),
        request=_any_request(),
        expires_at=utc_now() + PAGE_LIFETIME,
        idempotency_key="foreign",
    )
    live_sandbox.pay(foreign.page_url or "")
    assert live_sandbox.send_events(client) == [200]
    assert session.scalar(select(func.count()).select_from(Payment)) == 0


def test_01_a_webhook_that_overtakes_our_own_answer_still_pays(
    offer: Offer, client: FlaskClient, live_sandbox: LiveSandbox
) -> None:
    order_id = place((offer, 1))

    class Interrupted(Watching):
        def create_session(self, **values: object) -> SessionSnapshot:
            super().create_session(**values)
            raise Unavailable

    with pytest.raises(Unavailable):
        flow.start_payment(
            kind=PurposeKind.ORDER,
            purpose_id=order_id,
            gateway=Interrupted(live_sandbox, lambda: None),
        )
    assert payments_now(order_id)[0].session_id is None
    page = next(live_sandbox.gateway.list_sessions(created_after=utc_now() - timedelta(minutes=5)))
    live_sandbox.pay(page.page_url or "")
    assert live_sandbox.send_events(client) == [200]
    assert order_now(order_id).status == OrderStatus.PAID


def test_02_starting_again_reuses_the_one_open_page(offer: Offer, start: Callable[[uuid.UUID], str]) -> None:
    order_id = place((offer, 1))
    assert start(order_id) == start(order_id)
    assert len(payments_now(order_id)) == 1


def test_02_an_answer_that_got_lost_is_asked_for_again_with_the_same_key(
    offer: Offer, start: Callable[[uuid.UUID], str], live_sandbox: LiveSandbox
) -> None:
    order_id = place((offer, 1))
    with atomic():
        key = prepare_payment(kind=PurposeKind.ORDER, purpose_id=order_id).idempotency_key
    assert key.startswith(f"order-{order_id}-1-")
    first = start(order_id)
    payment = payments_now(order_id)[0]
    payment.session_id, payment.status = None, PaymentStatus.PENDING
    assert start(order_id) == first
    assert len(list(live_sandbox.gateway.list_sessions(created_after=utc_now() - timedelta(minutes=5)))) == 1


def test_02_a_paid_order_cannot_be_paid_again(
    offer: Offer, start: Callable[[uuid.UUID], str], live_sandbox: LiveSandbox
) -> None:
    order_id = place((offer, 1))
    live_sandbox.pay(start(order_id))
    finish(order_id, live_sandbox)
    with pytest.raises(Conflict):
        start(order_id)


def test_03_return_page_and_webhook_are_one_finaliser(
    offer: Offer,
    client: FlaskClient,
    session: scoped_session[Session],
    start: Callable[[uuid.UUID], str],
    live_sandbox: LiveSandbox,
) -> None:
    order_id = place((offer, 2))
    live_sandbox.pay(start(order_id))
    finish(order_id, live_sandbox)
    assert live_sandbox.send_events(client) == [200]
    finish(order_id, live_sandbox)
    assert session.scalar(select(func.count()).select_from(LedgerEntry)) == 1
    assert mails_asked_for() == ["order_paid"]
    session.refresh(offer)
    assert (offer.on_hand, offer.reserved) == (98, 0)


def test_04_a_duplicate_webhook_does_nothing(
    offer: Offer,
    client: FlaskClient,
    session: scoped_session[Session],
    start: Callable[[uuid.UUID], str],
    live_sandbox: LiveSandbox,
) -> None:
    order_id = place((offer, 1))
    live_sandbox.pay(start(order_id))
    assert live_sandbox.send_events(client) + live_sandbox.send_events(client) == [200, 200]
    assert session.scalar(select(func.count()).select_from(InboxMessage)) == 1
    assert mails_asked_for() == ["order_paid"]


def test_04_a_handler_that_fails_leaves_nothing_behind_and_the_retry_works(
    offer: Offer,
    client: FlaskClient,
    session: scoped_session[Session],
    start: Callable[[uuid.UUID], str],
    live_sandbox: LiveSandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order_id = place((offer, 1))
    live_sandbox.pay(start(order_id))
    with monkeypatch.context() as broken:
        broken.setattr("market.orders.usecases.mail_order_paid", _fail)
        with pytest.raises(RuntimeError):
            live_sandbox.send_events(client)
    assert session.scalar(select(func.count()).select_from(InboxMessage)) == 0
    assert order_now(order_id).status == OrderStatus.AWAITING_PAYMENT
    assert live_sandbox.send_events(client) == [200]
    assert order_now(order_id).status == OrderStatus.PAID


def test_04_while_the_vendor_does_not_answer_the_webhook_is_to_come_again(
    offer: Offer, client: FlaskClient, start: Callable[[uuid.UUID], str], live_sandbox: LiveSandbox
) -> None:
    order_id = place((offer, 1))
    live_sandbox.pay(start(order_id))
    events = live_sandbox.events()
    live_sandbox.serving.stop()
    assert client.post("/webhooks/stripe", **live_sandbox.signed(events[0])).status_code == 503
    live_sandbox.serving = type(live_sandbox.serving).start(live_sandbox.serving.app)
    assert order_now(order_id).status == OrderStatus.AWAITING_PAYMENT


def test_05_the_events_own_picture_is_not_believed(
    offer: Offer, client: FlaskClient, start: Callable[[uuid.UUID], str], live_sandbox: LiveSandbox
) -> None:
    order_id = place((offer, 1))
    start(order_id)
    session_id = payments_now(order_id)[0].session_id
    lie = {
        "id": "evt_lie",
        "object": "event",
        "type": "checkout.session.completed",
        "data": {"object": {"id": session_id, "object": "checkout.session", "payment_status": "paid"}},
    }
    assert client.post("/webhooks/stripe", **live_sandbox.signed(lie)).status_code == 200
    assert order_now(order_id).status == OrderStatus.AWAITING_PAYMENT


def test_05_an_expiry_that_comes_after_the_payment_changes_nothing(
    offer: Offer, client: FlaskClient, start: Callable[[uuid.UUID], str], live_sandbox: LiveSandbox
) -> None:
    order_id = place((offer, 1))
    live_sandbox.pay(start(order_id))
    late = {**live_sandbox.events()[0], "id": "evt_late", "type": "checkout.session.expired"}
    assert live_sandbox.send_events(client) == [200]
    assert client.post("/webhooks/stripe", **live_sandbox.signed(late)).status_code == 200
    assert order_now(order_id).status == OrderStatus.PAID


@pytest.mark.parametrize("wrong", [{"amount": 54_999}, {"currency": "usd"}, {"captured": 1}])
def test_06_a_wrong_amount_or_currency_goes_to_a_person(
    offer: Offer,
    session: scoped_session[Session],
    start: Callable[[uuid.UUID], str],
    live_sandbox: LiveSandbox,
    wrong: dict[str, object],
) -> None:
    order_id = place((offer, 1))
    live_sandbox.pay(start(order_id))
    told = replace(snapshot(order_id, live_sandbox), **wrong)
    with atomic():
        payment_id = payments_now(order_id)[0].id
        assert settle_payment(payment_id=payment_id, session=told) is Verdict.MISMATCH
    payment = payments_now(order_id)[0]
    assert payment.status == PaymentStatus.NEEDS_REVIEW
    assert payment.review_reason
    assert order_now(order_id).status == OrderStatus.NEEDS_REVIEW
    session.refresh(offer)
    assert (offer.on_hand, offer.reserved) == (100, 1)
    assert mails_asked_for() == []
    assert ledger_total() == 0


def test_06_a_person_can_give_back_what_was_not_right(
    offer: Offer,
    session: scoped_session[Session],
    start: Callable[[uuid.UUID], str],
    live_sandbox: LiveSandbox,
) -> None:
    order_id = place((offer, 1))
    live_sandbox.pay(start(order_id))
    payment_id = payments_now(order_id)[0].id
    with atomic():
        settle_payment(payment_id=payment_id, session=replace(snapshot(order_id, live_sandbox), amount=1))
    flow.refund_reviewed(payment_id=payment_id, gateway=live_sandbox.gateway)
    assert payments_now(order_id)[0].status == PaymentStatus.REFUNDED
    assert order_now(order_id).status == OrderStatus.EXPIRED
    assert snapshot(order_id, live_sandbox).refundable == 0
    session.refresh(offer)
    assert (offer.on_hand, offer.reserved) == (100, 0)
    assert balance_of(AccountKind.UNDER_REVIEW) == balance_of(AccountKind.PROCESSOR_BALANCE) == 0


def test_07_paid_after_the_order_ended_is_given_back_once_and_the_buyer_told(
    offer: Offer,
    client: FlaskClient,
    session: scoped_session[Session],
    start: Callable[[uuid.UUID], str],
    live_sandbox: LiveSandbox,
) -> None:
    order_id = place((offer, 1))
    page = start(order_id)
    _end_order(order_id)
    live_sandbox.pay(page)
    assert live_sandbox.send_events(client) == [200]
    assert session.scalars(select(Refund)).one().status == RefundStatus.PENDING
    token = order_now(order_id).token
    assert client.get(f"/orders/{token}").status_code == 200
    assert flow.finish_refunds(gateway=live_sandbox.gateway) == 1
    assert flow.finish_refunds(gateway=live_sandbox.gateway) == 0
    finish(order_id, live_sandbox)
    refund = session.scalars(select(Refund).execution_options(populate_existing=True)).one()
    assert (refund.status, refund.amount_vnd) == (RefundStatus.SUCCEEDED, 55_000)
    assert snapshot(order_id, live_sandbox).refundable == 0
    assert payments_now(order_id)[0].status == PaymentStatus.REFUNDED
    assert order_now(order_id).status == OrderStatus.EXPIRED
    assert mails_asked_for() == ["order_refunded"]
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == balance_of(AccountKind.REFUND_PAYABLE) == 0
    assert client.get(f"/orders/{token}").status_code == 200


def test_07_a_refund_whose_answer_got_lost_is_not_made_twice(
    offer: Offer,
    client: FlaskClient,
    session: scoped_session[Session],
    start: Callable[[uuid.UUID], str],
    live_sandbox: LiveSandbox,
) -> None:
    order_id = place((offer, 1))
    page = start(order_id)
    _end_order(order_id)
    live_sandbox.pay(page)
    live_sandbox.send_events(client)
    refund = session.scalars(select(Refund)).one()
    live_sandbox.gateway.refund(
        payment_intent_id=payments_now(order_id)[0].payment_intent_id or "",
        refund_id=refund.id,
        amount=refund.amount_vnd,
        idempotency_key=refund.idempotency_key,
    )
    assert flow.finish_refunds(gateway=live_sandbox.gateway) == 1
    assert len(live_sandbox.client.v1.refunds.list().data) == 1
    assert payments_now(order_id)[0].status == PaymentStatus.REFUNDED


def test_08_what_can_be_given_back_is_read_from_the_vendor(
    offer: Offer, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    order_id = pay_for(live_sandbox, (offer, 2))
    payment = payments_now(order_id)[0]
    live_sandbox.client.v1.refunds.create({"payment_intent": str(payment.payment_intent_id), "amount": 85_000})
    assert flow.refundable_at_vendor(payment_id=payment.id, gateway=live_sandbox.gateway) == 5_000
    with pytest.raises(MoreThanWasPaid):
        _give_back(order_id, 1, live_sandbox)
    assert session.scalar(select(func.count()).select_from(Refund)) == 0


def test_08_the_row_is_pending_before_the_vendor_is_asked(
    offer: Offer, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    order_id = pay_for(live_sandbox, (offer, 2))
    seen = []

    class Looking(Watching):
        def refund(self, **values: object) -> object:
            session.rollback()  # nothing may wait in the session: it must be committed by now
            seen.append([refund.status for refund in session.scalars(select(Refund))])
            return self._live.gateway.refund(**values)

    looking = Looking(live_sandbox, lambda: None)
    _give_back(order_id, 1, live_sandbox, gateway=looking)
    assert seen == [[RefundStatus.PENDING]]
    assert session.scalars(select(Refund.status)).all() == [RefundStatus.SUCCEEDED]


def test_08_a_partial_refund_then_the_rest_add_up(offer: Offer, live_sandbox: LiveSandbox) -> None:
    order_id = pay_for(live_sandbox, (offer, 3))
    for quantity in (1, 2):
        _give_back(order_id, quantity, live_sandbox)
    payment = payments_now(order_id)[0]
    assert payment.refunded_vnd == 105_000
    assert snapshot(order_id, live_sandbox).refundable == 20_000
    with pytest.raises(MoreThanWasPaid):
        _give_back(order_id, 1, live_sandbox)
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == 20_000
    assert balance_of(AccountKind.COMMISSION_INCOME) == ledger_total() == 0


def test_09_what_the_sweep_cannot_settle_is_put_before_a_person(offer: Offer, live_sandbox: LiveSandbox) -> None:
    order_id = pay_for(live_sandbox, (offer, 2))
    intent = str(payments_now(order_id)[0].payment_intent_id)
    live_sandbox.client.v1.refunds.create({"payment_intent": intent, "amount": 10_000})
    for _ in range(2):
        assert flow.reconcile(gateway=live_sandbox.gateway, since=timedelta(hours=1)) == 0
        assert count_open() == 1


def test_09_a_sweep_finds_payments_whose_webhook_got_lost(
    offer: Offer, start: Callable[[uuid.UUID], str], live_sandbox: LiveSandbox
) -> None:
    order_id = place((offer, 1))
    live_sandbox.pay(start(order_id))
    assert flow.reconcile(gateway=live_sandbox.gateway, since=timedelta(hours=1)) == 1
    assert order_now(order_id).status == OrderStatus.PAID
    assert flow.reconcile(gateway=live_sandbox.gateway, since=timedelta(hours=1)) == 0


def test_09_a_sweep_closes_what_is_overdue_even_with_its_page_still_open(
    offer: Offer, session: scoped_session[Session], start: Callable[[uuid.UUID], str], live_sandbox: LiveSandbox
) -> None:
    order_id = place((offer, 1))
    page = start(order_id)
    _make_overdue(order_id, session)
    assert flow.reconcile(gateway=live_sandbox.gateway, since=timedelta(hours=1)) == 1
    assert order_now(order_id).status == OrderStatus.EXPIRED
    assert live_sandbox.pay(page).status_code == 410
    session.refresh(offer)
    assert offer.reserved == 0


def test_09_a_sweep_while_the_vendor_is_away_changes_nothing(
    offer: Offer, session: scoped_session[Session], start: Callable[[uuid.UUID], str], live_sandbox: LiveSandbox
) -> None:
    order_id = place((offer, 1))
    start(order_id)
    _make_overdue(order_id, session)
    live_sandbox.serving.stop()
    assert flow.reconcile(gateway=live_sandbox.gateway, since=timedelta(hours=1)) == 0
    assert order_now(order_id).status == OrderStatus.AWAITING_PAYMENT
    live_sandbox.serving = type(live_sandbox.serving).start(live_sandbox.serving.app)


@pytest.mark.parametrize(
    "signature",
    [{}, {"headers": {"Stripe-Signature": "t=1,v1=00"}}, {"headers": {"Stripe-Signature": "nonsense"}}],
)
def test_10_a_bad_or_missing_signature_is_refused_and_counted(
    client: FlaskClient, session: scoped_session[Session], live_sandbox: LiveSandbox, signature: dict[str, object]
) -> None:
    before = refused_webhooks.count
    assert client.post("/webhooks/stripe", data=b'{"id": "evt_1"}', **signature).status_code == 400
    assert refused_webhooks.count == before + 1
    assert session.scalar(select(func.count()).select_from(InboxMessage)) == 0


@pytest.mark.parametrize(("age", "status"), [(290, 200), (310, 400)])
def test_10_a_signature_older_than_300_seconds_is_refused(
    client: FlaskClient, live_sandbox: LiveSandbox, age: int, status: int
) -> None:
    event = {"id": "evt_1", "object": "event", "type": "ping", "data": {"object": {"id": "x", "object": "charge"}}}
    assert client.post("/webhooks/stripe", **live_sandbox.signed(event, age=age)).status_code == status


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"{}", b'{"data": {"object": 3}}'])
def test_10_well_signed_nonsense_is_refused_too(client: FlaskClient, live_sandbox: LiveSandbox, body: bytes) -> None:
    header = stripe.WebhookSignature.generate_signature_header(
        body.decode(errors="replace"), live_sandbox.configuration.webhook_secret
    )
    assert client.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": header}).status_code == 400


def test_11_stock_is_released_when_the_page_expires(
    offer: Offer,
    client: FlaskClient,
    session: scoped_session[Session],
    start: Callable[[uuid.UUID], str],
    live_sandbox: LiveSandbox,
) -> None:
    order_id = place((offer, 5))
    start(order_id)
    session.refresh(offer)
    assert offer.reserved == 5
    live_sandbox.lets_pass(PAGE_LIFETIME.total_seconds() + 1)
    live_sandbox.serving.app.extensions["payment_sandbox_background"].sweep()
    assert live_sandbox.send_events(client) + live_sandbox.send_events(client) == [200, 200]
    assert order_now(order_id).status == OrderStatus.EXPIRED
    session.refresh(offer)
    assert (offer.on_hand, offer.reserved) == (100, 0)


def test_12_every_dong_of_a_paid_order_is_in_the_ledger(
    offer: Offer, start: Callable[[uuid.UUID], str], live_sandbox: LiveSandbox
) -> None:
    order_id = place((offer, 3))
    live_sandbox.pay(start(order_id))
    finish(order_id, live_sandbox)
    producer_id = offer.product.producer_id
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == 125_000
    assert balance_of(AccountKind.COMMISSION_INCOME) == -3_150
    assert balance_of(AccountKind.PRODUCER_PAYABLE, producer_id) == -101_850
    assert balance_of(AccountKind.DELIVERY_PAYABLE) == -20_000
    assert ledger_total() == 0


def _give_back(order_id: uuid.UUID, quantity: int, live: LiveSandbox, *, gateway: object = None) -> None:
    refund_order(
        actor=actor_of(make_user(RoleName.ADMINISTRATOR)),
        order_id=order_id,
        parts=[RefundPart(lines_of(order_id)[0].id, quantity)],
        reason=RefundReason.RETURNED,
        request_key=str(uuid.uuid4()),
        gateway=gateway or live.gateway,
    )


def _any_request() -> PaymentRequest:
    return PaymentRequest(
        reference="X", items=(PaymentItem("X", 50_000),), return_path="/", cancel_path="/", locale="vi"
    )


def _fail(*_arguments: object) -> None:
    raise RuntimeError("broken")


def _end_order(order_id: uuid.UUID) -> None:
    """End an order on our side while its page stays open, as when closing the page did not reach the vendor."""
    with atomic():
        expire_order(actor=ANONYMOUS, order=lock_order(order_id), reason="test")
        withdraw_payments(kind=PurposeKind.ORDER, purpose_id=order_id)


def _make_overdue(order_id: uuid.UUID, session: scoped_session[Session]) -> None:
    payments_now(order_id)[0].expires_at = utc_now() - timedelta(seconds=1)
    session.commit()
