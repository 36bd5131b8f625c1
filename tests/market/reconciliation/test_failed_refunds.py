"""What a failed refund was to give back is asked for again, or paid by bank transfer: once, and the ledger follows."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import ANONYMOUS, Actor, RoleName
from core.db import atomic, db, utc_now
from core.errors import Conflict, NotFound
from core.i18n import local_today
from market.ledger.audit import audit_ledger
from market.ledger.models import AccountKind, LedgerEntry
from market.ledger.queries import balance_of
from market.offers.models import Offer
from market.orders.models import OrderStatus
from market.orders.usecases import expire_order, lock_order
from market.payments import flow
from market.payments.gateway import SessionSnapshot
from market.payments.models import Payment, PaymentChange, PaymentStatus, Refund, RefundStatus
from market.payments.purposes import PurposeKind, RefundReason
from market.payments.refunds import fail_refund, finish_refund
from market.payments.usecases import settle_payment, withdraw_payments
from market.reconciliation.models import Discrepancy, DiscrepancyKind, Resolution
from market.refunds.flow import refund_order
from market.refunds.pieces import RefundPart
from market.refunds.resuming import Transfer, ask_again, note_transfer
from tests.factories import make_offer, make_user, sign_in
from tests.support.paying import LiveSandbox, mails_asked_for, order_now, payments_now, place
from tests.support.refunding import actor_of, lines_of, pay_for

FAILING_REFUNDS = "4000000000005126"
REFERENCE = "FT26333-00017"


@pytest.fixture
def offer(session: scoped_session[Session]) -> Offer:
    return make_offer()


@pytest.fixture
def officer(session: scoped_session[Session], client: FlaskClient) -> Actor:
    user = make_user(RoleName.PROVINCE_OFFICER)
    sign_in(client, user)
    session.commit()
    return actor_of(user)


def refunds() -> list[Refund]:
    statement = select(Refund).order_by(Refund.created_at, Refund.id)
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def open_items(kind: DiscrepancyKind = DiscrepancyKind.REFUND_FAILED) -> list[Discrepancy]:
    return list(
        db.session.scalars(
            select(Discrepancy)
            .where(Discrepancy.kind == kind, Discrepancy.resolved_at.is_(None))
            .execution_options(populate_existing=True)
        )
    )


def sound() -> None:
    found = audit_ledger()
    assert found.is_sound, found.faults


def bank_sends_back(live: LiveSandbox, client: FlaskClient, deliver_outbox: Callable[[], int]) -> None:
    live.banks_answer()
    live.send_events(client, "refund.failed")
    deliver_outbox()


def wrongly_paid(live: LiveSandbox, offer: Offer, **wrong: Any) -> Payment:
    """A payment under review, made with a card that takes no refund."""
    order_id = place((offer, 1))
    page = flow.start_payment(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live.gateway)
    live.pay(page, FAILING_REFUNDS)
    payment = payments_now(order_id)[0]
    session = live.gateway.fetch_session(str(payment.session_id))
    assert isinstance(session, SessionSnapshot)
    with atomic():
        settle_payment(payment_id=payment.id, session=replace(session, **wrong))
    return payments_now(order_id)[0]


def paid_after_cancellation(live: LiveSandbox, offer: Offer) -> Payment:
    order_id = place((offer, 1))
    page = flow.start_payment(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live.gateway)
    with atomic():
        expire_order(actor=ANONYMOUS, order=lock_order(order_id), reason="x")
        withdraw_payments(kind=PurposeKind.ORDER, purpose_id=order_id)
    live.pay(page, FAILING_REFUNDS)
    flow.finish_payments(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live.gateway)
    return payments_now(order_id)[0]


@pytest.fixture(params=["mismatch", "too_late"])
def failed(
    request: pytest.FixtureRequest,
    offer: Offer,
    officer: Actor,
    client: FlaskClient,
    live_sandbox: LiveSandbox,
    deliver_outbox: Callable[[], int],
) -> Payment:
    """A payment under review whose whole refund the bank has sent back."""
    if request.param == "mismatch":
        payment = wrongly_paid(live_sandbox, offer, amount=54_999)
        deliver_outbox()
        (item,) = open_items(DiscrepancyKind.PAYMENT_DIFFERS)
        assert client.post(f"/payments/review/{item.id}/refund").status_code == 303
    else:
        payment = paid_after_cancellation(live_sandbox, offer)
        flow.finish_refunds(gateway=live_sandbox.gateway)
    assert [refund.status for refund in refunds()] == [RefundStatus.SUCCEEDED]
    bank_sends_back(live_sandbox, client, deliver_outbox)
    assert [refund.status for refund in refunds()] == [RefundStatus.FAILED]
    return db.session.get_one(Payment, payment.id, populate_existing=True)


def test_a_whole_refund_that_came_back_is_tried_again_with_a_key_of_its_own(
    failed: Payment, client: FlaskClient, live_sandbox: LiveSandbox, deliver_outbox: Callable[[], int]
) -> None:
    assert failed.status == PaymentStatus.NEEDS_REVIEW
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == 55_000
    (item,) = open_items()
    assert "Try the refund again" in client.get(f"/payments/review/{item.id}?lang=en").text
    assert client.post(f"/payments/review/{item.id}/retry").status_code == 303
    assert client.post(f"/payments/review/{item.id}/retry").status_code == 409
    first, again = refunds()
    assert (again.status, again.retry_of, again.amount_vnd) == (RefundStatus.SUCCEEDED, first.id, first.amount_vnd)
    assert again.idempotency_key != first.idempotency_key
    assert db.session.get_one(Payment, failed.id, populate_existing=True).status == PaymentStatus.REFUNDED
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == 0
    assert balance_of(AccountKind.UNDER_REVIEW) == balance_of(AccountKind.REFUND_PAYABLE) == 0
    assert item.id and open_items() == []
    sound()
    # The bank sends it back once more: it stands on the list anew, and can be tried anew.
    bank_sends_back(live_sandbox, client, deliver_outbox)
    (other,) = open_items()
    assert other.external_id == str(again.id)
    assert client.post(f"/payments/review/{other.id}/retry").status_code == 303
    assert [refund.status for refund in refunds()] == ["failed", "failed", "succeeded"]
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == 0
    sound()


def test_a_whole_refund_that_came_back_is_paid_by_bank_transfer_once(
    failed: Payment, officer: Actor, client: FlaskClient, deliver_outbox: Callable[[], int]
) -> None:
    (item,) = open_items()
    buyers_page = f"/orders/{order_now(failed.order_id or uuid.uuid4()).token}?lang=en"
    assert "Nothing was taken from your card" not in client.get(buyers_page).text
    path = f"/payments/review/{item.id}/transfer"
    typed = {"transfer-paid_on": f"{local_today(utc_now()):%d/%m/%Y}", "transfer-reference": REFERENCE}
    for wrong in ({"transfer-reference": " "}, {"transfer-paid_on": "31/02/2026"}, {"transfer-paid_on": "01/01/2020"}):
        page = client.post(path, data=typed | wrong)
        assert page.status_code == 422
        assert all(value in page.text for value in (typed | wrong).values() if value.strip())
    assert client.post(path, data=typed).status_code == 303
    assert client.post(path, data=typed).status_code == 409
    assert client.post(f"/payments/review/{item.id}/retry").status_code == 409
    (refund,) = refunds()
    assert (refund.status, refund.transfer_reference) == (RefundStatus.TRANSFERRED, REFERENCE)
    assert refund.transferred_by == officer.user_id
    assert db.session.get_one(Payment, failed.id, populate_existing=True).status == PaymentStatus.REFUNDED
    # The vendor still holds what the site's bank has paid in its place.
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == 55_000
    assert balance_of(AccountKind.BANK_BALANCE) == -55_000
    assert balance_of(AccountKind.UNDER_REVIEW) == balance_of(AccountKind.REFUND_PAYABLE) == 0
    sound()
    found = db.session.get_one(Discrepancy, item.id, populate_existing=True)
    assert (found.resolution, found.resolved_by) == (Resolution.TRANSFERRED, officer.user_id)
    assert REFERENCE in client.get(f"/payments/review/{item.id}").text
    change = db.session.scalars(select(PaymentChange).where(PaymentChange.to_status == "transferred")).one()
    assert change.actor_id == officer.user_id and REFERENCE in change.reason
    order = order_now(failed.order_id or uuid.uuid4())
    assert order.status == OrderStatus.EXPIRED
    assert mails_asked_for().count("order_refunded") == 2, "once for the card, once for the transfer"
    page = client.get(buyers_page).text
    assert "Paid by bank transfer" in page and "to your bank account" in page


def test_what_was_paid_in_another_currency_goes_back_in_it(
    offer: Offer, officer: Actor, live_sandbox: LiveSandbox
) -> None:
    payment = wrongly_paid(live_sandbox, offer, currency="usd")
    with atomic():
        refund = flow.request_refund(payment_id=payment.id, captured=55_000, actor=officer)
    answer = live_sandbox.gateway.refund(
        payment_intent_id=str(payment.payment_intent_id), refund_id=refund.id, amount=55_000, idempotency_key="x"
    )
    with atomic():
        fail_refund(refund_id=refund.id, reason="x")
    with pytest.raises(Conflict), atomic():
        note_transfer(actor=officer, refund_id=refund.id, transfer=Transfer(local_today(utc_now()), REFERENCE))
    with atomic():
        again = ask_again(actor=officer, refund_id=refund.id, refundable_vnd=55_000)
    with atomic():
        finish_refund(refund_id=again.id, answer=replace(answer, currency="usd", refund_id=again.id))
    assert [item.status for item in refunds()] == [RefundStatus.FAILED, RefundStatus.SUCCEEDED]
    assert payments_now(payment.order_id or uuid.uuid4())[0].status == PaymentStatus.REFUNDED
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == 0
    sound()


@pytest.fixture
def failed_part(
    offer: Offer,
    officer: Actor,
    client: FlaskClient,
    live_sandbox: LiveSandbox,
    deliver_outbox: Callable[[], int],
) -> uuid.UUID:
    """An order of two pieces, one of which was cut short; the bank sent its 35,000 dong back. The order's id."""
    order_id = pay_for(live_sandbox, (offer, 2), card=FAILING_REFUNDS)
    give_back(live_sandbox, officer, order_id, 1, RefundReason.LINE_SHORT)
    bank_sends_back(live_sandbox, client, deliver_outbox)
    return order_id


def give_back(live: LiveSandbox, officer: Actor, order_id: uuid.UUID, units: int, reason: RefundReason) -> None:
    refund_order(
        actor=officer,
        order_id=order_id,
        parts=[RefundPart(lines_of(order_id)[0].id, units)],
        reason=reason,
        request_key=str(uuid.uuid4()),
        gateway=live.gateway,
    )


def test_goods_cut_short_are_given_back_again_with_the_same_shares(failed_part: uuid.UUID, client: FlaskClient) -> None:
    (item,) = open_items()
    assert client.post(f"/payments/review/{item.id}/retry").status_code == 303
    assert [(refund.status, refund.amount_vnd) for refund in refunds()] == [("failed", 35_000), ("succeeded", 35_000)]
    assert payments_now(failed_part)[0].refunded_vnd == 35_000
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == 55_000
    sound()


def test_what_was_transferred_is_not_given_back_to_the_card_as_well(
    failed_part: uuid.UUID, officer: Actor, live_sandbox: LiveSandbox
) -> None:
    with atomic():
        note_transfer(actor=officer, refund_id=refunds()[0].id, transfer=Transfer(local_today(utc_now()), REFERENCE))
    assert balance_of(AccountKind.BANK_BALANCE) == -35_000
    with pytest.raises(Conflict), atomic():
        ask_again(actor=officer, refund_id=refunds()[0].id, refundable_vnd=90_000)
    give_back(live_sandbox, officer, failed_part, 1, RefundReason.LINE_SHORT)
    assert payments_now(failed_part)[0].refunded_vnd == 90_000
    assert payments_now(failed_part)[0].status == PaymentStatus.REFUNDED
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == 35_000
    sound()


def test_what_was_given_back_by_another_refund_meanwhile_is_not_given_back_again(
    failed_part: uuid.UUID, officer: Actor, live_sandbox: LiveSandbox, client: FlaskClient
) -> None:
    give_back(live_sandbox, officer, failed_part, 2, RefundReason.RETURNED)
    (item,) = open_items()
    assert client.post(f"/payments/review/{item.id}/retry").status_code == 409
    typed = {"transfer-paid_on": local_today(utc_now()).isoformat(), "transfer-reference": REFERENCE}
    assert client.post(f"/payments/review/{item.id}/transfer", data=typed).status_code == 409
    assert [refund.status for refund in refunds()] == ["failed", "succeeded"]
    sound()


def test_what_the_vendor_does_not_hold_any_more_is_not_asked_of_it(failed_part: uuid.UUID, officer: Actor) -> None:
    with pytest.raises(Conflict), atomic():
        ask_again(actor=officer, refund_id=refunds()[0].id, refundable_vnd=34_999)
    assert len(refunds()) == 1


def test_a_late_word_of_the_vendor_changes_nothing_of_what_was_transferred(
    failed_part: uuid.UUID, officer: Actor, live_sandbox: LiveSandbox
) -> None:
    with atomic():
        note_transfer(actor=officer, refund_id=refunds()[0].id, transfer=Transfer(local_today(utc_now()), REFERENCE))
    entries = len(db.session.scalars(select(LedgerEntry.id)).all())
    flow.process_refund(refunds()[0].id, gateway=live_sandbox.gateway)
    flow.reconcile(gateway=live_sandbox.gateway, since=timedelta(hours=1))
    assert refunds()[0].status == RefundStatus.TRANSFERRED
    assert open_items(DiscrepancyKind.BALANCE_DIFFERS) == []
    after = db.session.scalars(select(LedgerEntry.source)).all()
    assert [source for source in after if source.startswith("refund")] == [
        "refund",
        "refund_failed",
        "refund_transferred",
    ]
    assert len(after) >= entries
    sound()


@pytest.mark.parametrize("role", [None, *RoleName])
def test_who_may(
    failed_part: uuid.UUID, client: FlaskClient, session: scoped_session[Session], role: RoleName | None
) -> None:
    (item,) = open_items()
    client.post("/sign-out")
    actor = ANONYMOUS
    if role is not None:
        user = make_user(role)
        actor = actor_of(user)
        sign_in(client, user)
    session.commit()
    allowed = role in (RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR)
    if not allowed:
        with pytest.raises(NotFound), atomic():
            note_transfer(actor=actor, refund_id=refunds()[0].id, transfer=Transfer(local_today(utc_now()), "x"))
        assert client.post(f"/payments/review/{item.id}/transfer", data={}).status_code in (302, 303, 401, 403, 404)
    client.post(f"/payments/review/{item.id}/retry")
    assert len(refunds()) == (2 if allowed else 1)
