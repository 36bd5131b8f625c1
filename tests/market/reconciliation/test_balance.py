"""The vendor's fees and payouts in our ledger, and its balance beside our account."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.db import db, new_id, utc_now
from market.ledger.audit import audit_ledger
from market.ledger.models import AccountKind, LedgerEntry
from market.ledger.queries import balance_of
from market.ledger.usecases import PROCESSOR_FEE, PROCESSOR_PAYOUT, SITE, Line, post_entry
from market.offers.models import Offer
from market.payments import flow
from market.payments.models import ProcessorMovement, RefundStatus
from market.payments.movements import expected_balance
from market.payments.purposes import RefundReason
from market.payments.sandbox.balance_objects import DISPUTE_FEE_VND, charge_fee
from market.reconciliation.balance import compare_balance
from market.reconciliation.models import Discrepancy, DiscrepancyKind, Resolution
from market.refunds.flow import refund_order
from market.refunds.usecases import RefundPart
from tests.factories import make_offer, make_user, sign_in
from tests.support.paying import LiveSandbox
from tests.support.refunding import actor_of, lines_of, pay_for

PAID = 90_000
FEE = charge_fee(PAID)
A_WHILE = 300
"""Seconds after which what moved the balance is entered here."""


@pytest.fixture
def offer(session: scoped_session[Session]) -> Offer:
    return make_offer()


def sweep(live: LiveSandbox) -> None:
    flow.reconcile(gateway=live.gateway, since=timedelta(hours=1))


def held(live: LiveSandbox) -> int:
    return live.client.v1.balance.retrieve().available[0].amount


def entries(source: str) -> int:
    return len(db.session.scalars(select(LedgerEntry.id).where(LedgerEntry.source == source)).all())


def found() -> list[Discrepancy]:
    return list(db.session.scalars(select(Discrepancy).execution_options(populate_existing=True)))


def lose_money(amount_vnd: int) -> None:
    """An entry that nothing at the vendor stands behind."""
    lines = [
        Line(AccountKind.CASH_DIFFERENCE, SITE, amount_vnd),
        Line(AccountKind.PROCESSOR_BALANCE, SITE, -amount_vnd),
    ]
    post_entry(source="by_hand", source_id=new_id(), description="A slip", lines=lines)
    db.session.commit()


def test_fees_and_payouts_are_entered_once_however_often_the_sweep_comes(
    offer: Offer, live_sandbox: LiveSandbox
) -> None:
    pay_for(live_sandbox, (offer, 2))
    live_sandbox.client.v1.payouts.create({"amount": 50_000, "currency": "vnd"})
    for _ in range(2):
        sweep(live_sandbox)
    assert balance_of(AccountKind.PROCESSOR_FEES) == FEE > 0
    assert balance_of(AccountKind.BANK_BALANCE) == 50_000
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == held(live_sandbox) == PAID - FEE - 50_000
    assert (entries(PROCESSOR_FEE), entries(PROCESSOR_PAYOUT)) == (1, 1)
    assert audit_ledger().is_sound


def test_what_moved_while_no_sweep_came_is_entered_later(offer: Offer, live_sandbox: LiveSandbox) -> None:
    pay_for(live_sandbox, (offer, 2))
    live_sandbox.clock.ahead = -3 * 86_400
    live_sandbox.client.v1.payouts.create({"amount": 10_000, "currency": "vnd"})
    sweep(live_sandbox)
    assert balance_of(AccountKind.BANK_BALANCE) == 10_000


def test_what_happened_since_the_last_movement_is_entered_although_the_sweep_looks_back_less_far(
    offer: Offer, live_sandbox: LiveSandbox
) -> None:
    live_sandbox.clock.ahead = -20 * 3_600
    pay_for(live_sandbox, (offer, 2))
    sweep(live_sandbox)
    live_sandbox.clock.ahead = -10 * 3_600
    live_sandbox.client.v1.payouts.create({"amount": 10_000, "currency": "vnd"})
    sweep(live_sandbox)
    assert balance_of(AccountKind.BANK_BALANCE) == 10_000
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == held(live_sandbox)


def test_what_a_dispute_costs_is_entered_with_the_dispute_alone(offer: Offer, live_sandbox: LiveSandbox) -> None:
    pay_for(live_sandbox, (offer, 2), card="4000000000000259")
    sweep(live_sandbox)
    assert balance_of(AccountKind.PROCESSOR_FEES) == FEE
    assert balance_of(AccountKind.DISPUTE_EXPENSE) == DISPUTE_FEE_VND
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == held(live_sandbox)


def test_what_a_dispute_moved_is_no_question_any_more_once_the_dispute_is_known(
    offer: Offer, live_sandbox: LiveSandbox
) -> None:
    pay_for(live_sandbox, (offer, 2), card="4000000000000259")
    compare_balance(live_sandbox.gateway, utc_now() - timedelta(hours=1))
    assert [item.kind for item in found()] == [DiscrepancyKind.UNKNOWN_MOVEMENT]
    sweep(live_sandbox)
    assert [item.resolution for item in found()] == [Resolution.SETTLED]


def test_a_refund_that_the_bank_thinks_over_makes_no_difference(offer: Offer, live_sandbox: LiveSandbox) -> None:
    live_sandbox.clock.ahead = -A_WHILE
    order_id = pay_for(live_sandbox, (offer, 2), card="4000000000007726")
    status = refund_order(
        actor=actor_of(make_user(RoleName.ADMINISTRATOR)),
        order_id=order_id,
        parts=[RefundPart(lines_of(order_id)[0].id, 1)],
        reason=RefundReason.RETURNED,
        request_key="x",
        gateway=live_sandbox.gateway,
    )
    assert status == RefundStatus.PENDING
    sweep(live_sandbox)
    assert expected_balance() == held(live_sandbox) < balance_of(AccountKind.PROCESSOR_BALANCE)
    assert found() == []


def test_a_balance_that_differs_is_put_before_a_person_and_disappears_once_it_is_equal(
    offer: Offer, client: FlaskClient, live_sandbox: LiveSandbox
) -> None:
    live_sandbox.clock.ahead = -A_WHILE
    pay_for(live_sandbox, (offer, 2))
    sweep(live_sandbox)
    assert found() == []
    lose_money(7)
    sweep(live_sandbox)
    (item,) = found()
    assert item.kind == DiscrepancyKind.BALANCE_DIFFERS
    assert (item.ours["amount"], item.theirs["amount"]) == (PAID - FEE - 7, PAID - FEE)
    sign_in(client, make_user(RoleName.PROVINCE_OFFICER))
    db.session.commit()
    assert "Số dư tại dịch vụ thanh toán" in client.get("/payments/review").get_data(as_text=True)
    lose_money(-7)
    sweep(live_sandbox)
    assert found()[0].resolution == Resolution.SETTLED


def test_while_money_has_just_moved_a_difference_says_nothing(offer: Offer, live_sandbox: LiveSandbox) -> None:
    pay_for(live_sandbox, (offer, 2))
    lose_money(7)
    sweep(live_sandbox)
    assert found() == []
    assert len(db.session.scalars(select(ProcessorMovement)).all()) == 1
