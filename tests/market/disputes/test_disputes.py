"""Disputes: held, won, lost, told about; idempotent and out of order."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from catalog.producers.models import ProducerMember
from core.accounts import RoleName
from core.db import atomic, db, utc_now
from core.outbox.models import OutboxMessage
from market.disputes.flow import sweep_disputes
from market.disputes.models import Dispute
from market.disputes.rules import TRANSITIONS, may_become
from market.disputes.usecases import record_dispute
from market.ledger.models import AccountKind
from market.ledger.queries import balance_of, ledger_total
from market.offers.models import Offer
from market.payments import flow
from market.payments.gateway import DisputeStage
from market.payments.purposes import RefundReason
from market.payments.sandbox.balance import DISPUTE, move_balance
from market.refunds.errors import PaymentDisputed
from market.refunds.flow import refund_order
from market.refunds.pieces import RefundPart
from tests.factories import make_offer, make_user, sign_in
from tests.support.paying import LiveSandbox, order_now, payments_now
from tests.support.refunding import actor_of, lines_of, pay_for

DISPUTED, INQUIRED = "4000000000000259", "4000000000001976"
CREATED, CLOSED = "charge.dispute.created", "charge.dispute.closed"
FEE = 375_000


@pytest.fixture
def offer(session: scoped_session[Session]) -> Offer:
    return make_offer()


def dispute_now() -> Dispute:
    return db.session.scalars(select(Dispute).execution_options(populate_existing=True)).one()


def decide(live: LiveSandbox, outcome: str) -> None:
    live.act(f"disputes/{live.client.v1.disputes.list().data[0].id}/{outcome}")


def told() -> list[str]:
    rows = db.session.scalars(select(OutboxMessage).where(OutboxMessage.name == "MailRequested"))
    return [row.payload["template"] for row in rows if "disput" in row.payload["template"]]


def held() -> tuple[int, int, int]:
    return (
        balance_of(AccountKind.PROCESSOR_BALANCE),
        balance_of(AccountKind.DISPUTED_FUNDS),
        balance_of(AccountKind.DISPUTE_EXPENSE),
    )


def test_an_opened_dispute_holds_the_money(offer: Offer, client: FlaskClient, live_sandbox: LiveSandbox) -> None:
    order_id = pay_for(live_sandbox, (offer, 2), card=DISPUTED)
    assert live_sandbox.send_events(client, CREATED, "charge.dispute.funds_withdrawn") == [200, 200]
    dispute = dispute_now()
    assert (dispute.stage, dispute.amount_vnd, dispute.reason) == (DisputeStage.OPEN, 90_000, "fraudulent")
    assert dispute.payment_id == payments_now(order_id)[0].id
    assert held() == (-FEE, 90_000, FEE)
    assert ledger_total() == 0


def test_won_brings_it_back_and_lost_is_a_loss(offer: Offer, client: FlaskClient, live_sandbox: LiveSandbox) -> None:
    pay_for(live_sandbox, (offer, 2), card=DISPUTED)
    live_sandbox.send_events(client, CREATED)
    decide(live_sandbox, "win")
    assert live_sandbox.send_events(client, CLOSED) == [200]
    assert dispute_now().stage == DisputeStage.WON
    assert held() == (90_000 - FEE, 0, FEE)


def test_lost_is_a_loss_of_the_site(offer: Offer, client: FlaskClient, live_sandbox: LiveSandbox) -> None:
    pay_for(live_sandbox, (offer, 2), card=DISPUTED)
    live_sandbox.send_events(client, CREATED)
    decide(live_sandbox, "lose")
    live_sandbox.send_events(client, CLOSED)
    assert dispute_now().stage == DisputeStage.LOST
    assert held() == (-FEE, 0, 90_000 + FEE)
    assert ledger_total() == 0


@pytest.mark.parametrize("order", [(CLOSED, CREATED, CREATED, CLOSED), (CREATED, CREATED, CLOSED, CLOSED)])
def test_twice_and_out_of_order_is_the_same(
    offer: Offer, client: FlaskClient, live_sandbox: LiveSandbox, order: tuple[str, ...]
) -> None:
    pay_for(live_sandbox, (offer, 2), card=DISPUTED)
    decide(live_sandbox, "lose")
    for kind in order:
        assert live_sandbox.send_events(client, kind) == [200]
    assert dispute_now().stage == DisputeStage.LOST
    assert held() == (-FEE, 0, 90_000 + FEE)


def test_every_fee_is_entered_once_at_whatever_stage_it_comes(offer: Offer, live_sandbox: LiveSandbox) -> None:
    order_id = pay_for(live_sandbox, (offer, 2), card=DISPUTED)
    opened = live_sandbox.gateway.fetch_dispute(live_sandbox.client.v1.disputes.list().data[0].id)
    (withdrawn,) = opened.charged
    countered = replace(withdrawn, id="txn_countered", amount=0, net=-FEE)
    given_back = replace(withdrawn, id="txn_given_back", amount=0, fee=-FEE, net=FEE)
    foreign = replace(countered, id="txn_foreign", currency="usd")
    answered = replace(opened, movements=(withdrawn, countered, foreign))
    lost = replace(answered, stage=DisputeStage.LOST)
    repaid = replace(lost, movements=(*lost.movements, given_back))
    payment_id = payments_now(order_id)[0].id
    for snapshot, is_news, fees in (
        (opened, True, FEE),
        (answered, True, 2 * FEE),
        (answered, False, 2 * FEE),
        (lost, True, 2 * FEE),
        (opened, False, 2 * FEE),
        (repaid, True, FEE),
        (repaid, False, FEE),
    ):
        with atomic():
            assert record_dispute(payment_id=payment_id, snapshot=snapshot) == is_news
        assert dispute_now().fee_vnd == fees
    assert held() == (-FEE, 0, 90_000 + FEE)


def test_the_sweep_finds_a_fee_that_came_without_news(offer: Offer, live_sandbox: LiveSandbox) -> None:
    pay_for(live_sandbox, (offer, 2), card=DISPUTED)
    sweep_disputes(live_sandbox.gateway, utc_now() - timedelta(hours=1))
    dispute_id = live_sandbox.client.v1.disputes.list().data[0].id
    with live_sandbox.serving.app.extensions["payment_sandbox_store"].open() as books:
        dispute = books.get(DISPUTE, dispute_id, lock=True)
        fee = move_balance(
            books, kind="adjustment", category="dispute", amount=0, source=dispute_id, description="", fee=FEE
        )
        dispute.data["balance_transactions"].append(fee)
        books.save(dispute)
    assert [sweep_disputes(live_sandbox.gateway, utc_now() - timedelta(hours=1)) for _ in range(2)] == [1, 0]
    assert held() == (-2 * FEE, 90_000, 2 * FEE)


def test_an_inquiry_holds_nothing_until_it_becomes_more(
    offer: Offer, client: FlaskClient, live_sandbox: LiveSandbox
) -> None:
    pay_for(live_sandbox, (offer, 2), card=INQUIRED)
    live_sandbox.send_events(client, CREATED)
    assert dispute_now().stage == DisputeStage.INQUIRY
    assert held() == (90_000, 0, 0)
    decide(live_sandbox, "win")
    live_sandbox.send_events(client, CLOSED)
    assert dispute_now().stage == DisputeStage.CLOSED
    assert held() == (90_000, 0, 0)


def test_the_sweep_finds_disputes_whose_webhooks_got_lost_and_their_end_too(
    offer: Offer, live_sandbox: LiveSandbox
) -> None:
    pay_for(live_sandbox, (offer, 2), card=DISPUTED)
    assert flow.reconcile(gateway=live_sandbox.gateway, since=timedelta(hours=1)) == 1
    decide(live_sandbox, "lose")
    # Opened before the window: asked for by its id.
    assert flow.reconcile(gateway=live_sandbox.gateway, since=timedelta(seconds=-30)) == 1
    assert dispute_now().stage == DisputeStage.LOST
    assert flow.reconcile(gateway=live_sandbox.gateway, since=timedelta(hours=1)) == 0


def test_what_the_bank_took_is_not_given_back_as_well(
    offer: Offer, client: FlaskClient, live_sandbox: LiveSandbox
) -> None:
    order_id = pay_for(live_sandbox, (offer, 2), card=DISPUTED)
    live_sandbox.send_events(client, CREATED)
    with pytest.raises(PaymentDisputed):
        refund_order(
            actor=actor_of(make_user(RoleName.ADMINISTRATOR)),
            order_id=order_id,
            parts=[RefundPart(lines_of(order_id)[0].id, 1)],
            reason=RefundReason.RETURNED,
            request_key="x",
            gateway=live_sandbox.gateway,
        )


def test_producer_and_officers_are_told_once_each_turn(
    offer: Offer, client: FlaskClient, live_sandbox: LiveSandbox, deliver_outbox: object
) -> None:
    member = make_user(RoleName.PRODUCER_MEMBER)
    db.session.add(ProducerMember(producer_id=offer.product.producer_id, user_id=member.id))
    make_user(RoleName.PROVINCE_OFFICER)
    order_id = pay_for(live_sandbox, (offer, 1), card=DISPUTED)
    for _ in range(2):
        live_sandbox.send_events(client, CREATED)
        deliver_outbox()
    assert sorted(told()) == ["dispute_changed", "order_disputed"]
    page = client.get(f"/orders/{order_now(order_id).token}?lang=en")
    assert "Your bank asks for this money back" in page.text


@pytest.mark.parametrize("role", [None, *RoleName])
def test_who_reads_disputes(
    offer: Offer, client: FlaskClient, live_sandbox: LiveSandbox, role: RoleName | None
) -> None:
    pay_for(live_sandbox, (offer, 1), card=DISPUTED)
    live_sandbox.send_events(client, CREATED)
    if role is not None:
        sign_in(client, make_user(role))
        db.session.commit()
    allowed = role in (RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR)
    for path in (f"/payments/disputes/{dispute_now().id}", "/payments/review/disputes"):
        assert (client.get(path).status_code == 200) == allowed
    if allowed:
        assert client.get(f"/payments/disputes/{uuid.uuid4()}").status_code == 404


def test_the_list_of_disputes_asks_the_same_number_of_questions(
    offer: Offer, client: FlaskClient, live_sandbox: LiveSandbox, count_queries: object
) -> None:
    order_id = pay_for(live_sandbox, (offer, 1), card=DISPUTED)
    sign_in(client, make_user(RoleName.ADMINISTRATOR))
    counts = []
    for number in range(1, 12):
        db.session.add(
            Dispute(
                payment_id=payments_now(order_id)[0].id,
                external_id=f"du_{number}",
                stage=DisputeStage.OPEN,
                reason="general",
                amount_vnd=1,
                opened_at=utc_now(),
            )
        )
        db.session.commit()
        if number in (1, 11):
            with count_queries() as statements:
                assert client.get("/payments/review/disputes").status_code == 200
            counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_decision_is_final() -> None:
    for decided in (DisputeStage.WON, DisputeStage.LOST, DisputeStage.CLOSED):
        assert TRANSITIONS[decided] == frozenset()
        assert may_become(DisputeStage.OPEN, decided)
    assert not may_become(DisputeStage.OPEN, DisputeStage.INQUIRY)
