"""Both sides compared: what can be settled is, what cannot stands on the list with what to do."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.db import atomic, db, utc_now
from core.outbox.models import OutboxMessage
from market.disputes.models import Dispute
from market.ledger.audit import audit_ledger
from market.ledger.models import AccountKind
from market.ledger.queries import balance_of, ledger_total
from market.offers.models import Offer
from market.payments import flow
from market.payments.models import PaymentStatus, Refund, RefundStatus
from market.payments.purposes import PurposeKind, RefundReason
from market.payments.sandbox.balance import decide_dispute
from market.payments.sandbox.balance_objects import charge_fee
from market.payments.usecases import settle_payment
from market.reconciliation.flow import compare_disputes
from market.reconciliation.models import Discrepancy, DiscrepancyKind, Resolution
from market.reconciliation.usecases import note_discrepancy
from market.refunds.flow import refund_order
from market.refunds.pieces import RefundPart
from tests.factories import make_offer, make_user, sign_in
from tests.market.payments.sandbox.running import session_parameters
from tests.support.paying import LiveSandbox, payments_now, place
from tests.support.refunding import actor_of, lines_of, pay_for

HOUR = timedelta(hours=1)


@pytest.fixture
def offer(session: scoped_session[Session]) -> Offer:
    return make_offer()


def sweep(live: LiveSandbox) -> int:
    return flow.reconcile(gateway=live.gateway, since=HOUR)


def found() -> list[Discrepancy]:
    return list(db.session.scalars(select(Discrepancy).execution_options(populate_existing=True)))


def kinds() -> list[DiscrepancyKind]:
    return [DiscrepancyKind(item.kind) for item in found()]


def test_where_both_sides_agree_the_list_is_empty(offer: Offer, live_sandbox: LiveSandbox) -> None:
    order_id = pay_for(live_sandbox, (offer, 2))
    refund_order(
        actor=actor_of(make_user(RoleName.ADMINISTRATOR)),
        order_id=order_id,
        parts=[RefundPart(lines_of(order_id)[0].id, 1)],
        reason=RefundReason.RETURNED,
        request_key="x",
        gateway=live_sandbox.gateway,
    )
    live_sandbox.client.v1.payouts.create({"amount": 10_000, "currency": "vnd"})
    assert sweep(live_sandbox) == 0
    assert found() == []


def test_a_payment_that_is_not_ours_is_found_once_and_given_back(
    offer: Offer, client: FlaskClient, live_sandbox: LiveSandbox
) -> None:
    foreign = live_sandbox.client.v1.checkout.sessions.create(session_parameters(50_000))
    live_sandbox.pay(foreign.url or "")
    sweep(live_sandbox)
    sweep(live_sandbox)
    (item,) = found()
    assert (item.kind, item.theirs["amount"]) == (DiscrepancyKind.UNKNOWN_PAYMENT, 50_000)
    sign_in(client, make_user(RoleName.PROVINCE_OFFICER))
    db.session.commit()
    for expected in (303, 409):
        assert client.post(f"/payments/review/{item.id}/refund").status_code == expected
    assert len(live_sandbox.client.v1.refunds.list().data) == 1
    assert found()[0].resolution == Resolution.REFUNDED
    sweep(live_sandbox)
    assert kinds() == [DiscrepancyKind.UNKNOWN_PAYMENT]


def test_a_refund_made_at_the_vendor_is_found_and_can_be_accepted(
    offer: Offer, client: FlaskClient, live_sandbox: LiveSandbox
) -> None:
    order_id = pay_for(live_sandbox, (offer, 2))
    intent = str(payments_now(order_id)[0].payment_intent_id)
    live_sandbox.client.v1.refunds.create({"payment_intent": intent, "amount": 20_000})
    sweep(live_sandbox)
    (item,) = found()
    assert item.kind == DiscrepancyKind.UNKNOWN_REFUND
    sign_in(client, make_user(RoleName.ADMINISTRATOR))
    db.session.commit()
    assert client.post(f"/payments/review/{item.id}/accept").status_code == 303
    assert payments_now(order_id)[0].refunded_vnd == 20_000
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == 70_000 - charge_fee(90_000)
    assert ledger_total() == 0
    assert db.session.scalars(select(Refund.status)).one() == RefundStatus.SUCCEEDED


def test_a_refund_that_comes_back_from_the_bank_reverses_the_ledger_and_is_put_before_a_person(
    offer: Offer, client: FlaskClient, live_sandbox: LiveSandbox, deliver_outbox: Callable[[], int]
) -> None:
    order_id = pay_for(live_sandbox, (offer, 2), card="4000000000005126")
    refund_order(
        actor=actor_of(make_user(RoleName.ADMINISTRATOR)),
        order_id=order_id,
        parts=[RefundPart(lines_of(order_id)[0].id, 1)],
        reason=RefundReason.RETURNED,
        request_key="x",
        gateway=live_sandbox.gateway,
    )
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == 55_000
    live_sandbox.banks_answer()
    assert live_sandbox.send_events(client, "refund.failed") == [200]
    deliver_outbox()
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == 90_000
    assert audit_ledger().is_sound
    assert payments_now(order_id)[0].refunded_vnd == 0
    assert kinds() == [DiscrepancyKind.REFUND_FAILED]
    # What failed can be given back again.
    assert db.session.scalars(select(Refund.status)).one() == RefundStatus.FAILED


def test_a_refund_that_takes_a_while_is_followed_by_webhook(
    offer: Offer, client: FlaskClient, live_sandbox: LiveSandbox
) -> None:
    order_id = pay_for(live_sandbox, (offer, 2), card="4000000000007726")
    status = refund_order(
        actor=actor_of(make_user(RoleName.ADMINISTRATOR)),
        order_id=order_id,
        parts=[RefundPart(lines_of(order_id)[0].id, 1)],
        reason=RefundReason.RETURNED,
        request_key="x",
        gateway=live_sandbox.gateway,
    )
    assert status is RefundStatus.PENDING
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == 90_000
    live_sandbox.banks_answer()
    assert live_sandbox.send_events(client, "refund.created", "refund.updated") == [200, 200]
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == 55_000


def test_a_payment_of_ours_that_the_vendor_does_not_know_is_found(
    offer: Offer, session: scoped_session[Session], live_sandbox: LiveSandbox
) -> None:
    order_id = pay_for(live_sandbox, (offer, 1))
    payment = payments_now(order_id)[0]
    payment.session_id, payment.payment_intent_id = "cs_test_gone", "pi_gone"
    session.commit()
    sweep(live_sandbox)
    assert set(kinds()) >= {DiscrepancyKind.PAYMENT_MISSING}


def test_a_dispute_about_somebody_elses_payment_is_found(
    offer: Offer, client: FlaskClient, live_sandbox: LiveSandbox
) -> None:
    foreign = live_sandbox.client.v1.checkout.sessions.create(session_parameters(50_000))
    live_sandbox.pay(foreign.url or "", "4000000000000259")
    sweep(live_sandbox)
    (dispute,) = (item for item in found() if item.kind == DiscrepancyKind.UNKNOWN_DISPUTE)
    sign_in(client, make_user(RoleName.ADMINISTRATOR))
    db.session.commit()
    page = client.get(f"/payments/review/{dispute.id}").text
    assert "Chủ thẻ nói" in page
    assert "fraudulent" not in page


def test_a_dispute_that_was_decided_while_the_sweep_went_on_differs_until_the_next_one(
    offer: Offer, live_sandbox: LiveSandbox
) -> None:
    pay_for(live_sandbox, (offer, 2), card="4000000000000259")
    sweep(live_sandbox)
    with live_sandbox.serving.app.extensions["payment_sandbox_store"].open() as books:
        decide_dispute(books, db.session.scalars(select(Dispute.external_id)).one(), won=True)
    compare_disputes(live_sandbox.gateway, utc_now() - HOUR)
    assert kinds() == [DiscrepancyKind.DISPUTE_DIFFERS]
    sweep(live_sandbox)
    assert [item.resolution for item in found()] == [Resolution.SETTLED]


def test_what_was_paid_wrongly_stands_on_the_list_until_it_is_given_back(
    offer: Offer, client: FlaskClient, live_sandbox: LiveSandbox, deliver_outbox: Callable[[], int]
) -> None:
    order_id = place((offer, 1))
    live_sandbox.pay(flow.start_payment(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live_sandbox.gateway))
    payment = payments_now(order_id)[0]
    session = live_sandbox.gateway.fetch_session(str(payment.session_id))
    assert session is not None
    with atomic():
        settle_payment(payment_id=payment.id, session=replace(session, amount=54_999))
    deliver_outbox()
    (item,) = found()
    assert item.kind == DiscrepancyKind.PAYMENT_DIFFERS
    sign_in(client, make_user(RoleName.ADMINISTRATOR))
    db.session.commit()
    assert client.post(f"/payments/review/{item.id}/refund").status_code == 303
    assert payments_now(order_id)[0].status == PaymentStatus.REFUNDED


def news_of_discrepancies() -> int:
    return len(db.session.scalars(select(OutboxMessage.id).where(OutboxMessage.name == "DiscrepancyFound")).all())


@pytest.mark.parametrize("resolution", [Resolution.REFUNDED, Resolution.NOTED])
def test_a_payment_that_differs_stays_resolved_by_who_resolved_it(
    offer: Offer,
    client: FlaskClient,
    live_sandbox: LiveSandbox,
    deliver_outbox: Callable[[], int],
    resolution: Resolution,
) -> None:
    order_id = place((offer, 1))
    page = flow.start_payment(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live_sandbox.gateway)
    live_sandbox.pay(page)
    if resolution is Resolution.NOTED:  # it came in as asked for, and differs since
        flow.finish_payments(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live_sandbox.gateway)
    payments_now(order_id)[0].amount_vnd = 54_999
    officer = make_user(RoleName.PROVINCE_OFFICER)
    sign_in(client, officer)
    db.session.commit()
    sweep(live_sandbox)
    deliver_outbox()
    (item,) = found()
    assert item.kind == DiscrepancyKind.PAYMENT_DIFFERS
    path = f"/payments/review/{item.id}" + ("/refund" if resolution is Resolution.REFUNDED else "")
    assert client.post(path, data={"note": "Đã gọi người mua (mẫu)."}).status_code == 303
    sweep(live_sandbox)
    sweep(live_sandbox)
    assert [(row.resolution, row.resolved_by) for row in found()] == [(resolution, officer.id)]
    assert news_of_discrepancies() == 1


def make_item(number: int = 1) -> Discrepancy:
    note_discrepancy(
        kind=DiscrepancyKind.UNKNOWN_MOVEMENT,
        external_id=f"txn_{number}",
        ours={},
        theirs={"amount": 1_000, "currency": "vnd", "movement": "adjustment"},
    )
    return db.session.scalars(select(Discrepancy).where(Discrepancy.external_id == f"txn_{number}")).one()


@pytest.mark.parametrize("role", [None, *RoleName])
def test_who_reads_and_resolves(client: FlaskClient, session: scoped_session[Session], role: RoleName | None) -> None:
    item = make_item()
    if role is not None:
        sign_in(client, make_user(role))
    session.commit()
    allowed = role in (RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR)
    for path in ("/payments/review", f"/payments/review/{item.id}", "/payments/orders"):
        assert (client.get(path).status_code == 200) == allowed
    client.post(f"/payments/review/{item.id}", data={"note": "Phí của ngân hàng"})
    assert found()[0].is_open != allowed


def test_a_note_is_needed_and_the_second_officer_is_told(client: FlaskClient, session: scoped_session[Session]) -> None:
    item = make_item()
    sign_in(client, make_user(RoleName.ADMINISTRATOR))
    session.commit()
    assert client.post(f"/payments/review/{item.id}", data={"note": " "}).status_code == 422
    assert client.post(f"/payments/review/{item.id}", data={"note": "xong"}).status_code == 303
    assert client.post(f"/payments/review/{item.id}", data={"note": "xong"}).status_code == 409
    assert client.post(f"/payments/review/{item.id}/refund").status_code == 409
    assert client.get(f"/payments/review/{uuid.uuid4()}").status_code == 404
    assert "xong" in client.get(f"/payments/review/{item.id}").text


def test_found_again_with_other_facts_it_is_open_again(session: scoped_session[Session]) -> None:
    item = make_item()
    item.resolution, item.note, item.resolved_at = Resolution.NOTED, "x", item.found_at
    session.commit()
    make_item()
    assert not found()[0].is_open
    note_discrepancy(
        kind=DiscrepancyKind.UNKNOWN_MOVEMENT, external_id="txn_1", ours={}, theirs={"amount": 2, "currency": "vnd"}
    )
    assert found()[0].is_open


def test_the_list_filters_pages_and_asks_the_same_number_of_questions(
    client: FlaskClient, session: scoped_session[Session], count_queries: Callable[[], object]
) -> None:
    sign_in(client, make_user(RoleName.ADMINISTRATOR))
    counts = []
    for number in range(25):
        make_item(number)
        session.commit()
        if number in (0, 24):
            with count_queries() as statements:
                page = client.get("/payments/review?lang=en")
            assert page.status_code == 200
            counts.append(len(statements))
    assert counts[0] == counts[1]
    assert "page=2" in page.text
    assert "Nothing to look at" in client.get("/payments/review?state=resolved&lang=en").text
    assert "Nothing to look at" in client.get("/payments/review?kind=refund_failed&lang=en").text
    assert client.get("/payments/review?state=nonsense&kind=nonsense&page=9999").status_code == 200
