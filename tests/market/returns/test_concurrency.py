"""Two administrators decide, and a buyer and the clock act, at once, on real connections."""

from datetime import timedelta
from functools import partial

from flask import Flask
from sqlalchemy import func, select

from core.accounts import ANONYMOUS
from core.db import atomic, db, utc_now
from market.ledger.queries import ledger_total
from market.payments.models import Payment, Refund
from market.returns.answering import Answer, AnswerKind, answer_return
from market.returns.deciding import Decision, act_on_silence, decide_complaint
from market.returns.errors import NotNow
from market.returns.models import CostBearer, ReturnStatus
from market.returns.usecases import accept_offer, escalate_return
from tests.support.at_once import at_once
from tests.support.paying import LiveSandbox
from tests.support.returning import PRICE, Delivered, deliver, return_now

AT_ONCE = 4


def refunds_of(delivered: Delivered) -> int:
    statement = (
        select(func.count())
        .select_from(Refund)
        .join(Payment, Payment.id == Refund.payment_id)
        .where(Payment.order_id == delivered.order_id)
    )
    return db.session.scalar(statement) or 0


def test_who_decides_together_decides_once(own_app: Flask, own_sandbox: LiveSandbox) -> None:
    with own_app.app_context():
        delivered = deliver(own_sandbox)
        found = delivered.ask(2)
        with atomic():
            answer_return(
                actor=delivered.shop.farm.actor, return_id=found.id, answer=Answer(AnswerKind.REJECT, "Không (mẫu).")
            )
            escalate_return(actor=ANONYMOUS, token=delivered.token, return_id=found.id, body="Có chứ (mẫu).")
        return_id, actor = found.id, delivered.administrator
    decisions = [
        Decision(CostBearer.SITE, f"Quyết định {number} (mẫu).", {delivered.line_id: PRICE * (number % 2 + 1)})
        for number in range(AT_ONCE)
    ]
    answers = at_once(
        own_app,
        *[partial(decide_complaint, actor=actor, return_id=return_id, decision=decision) for decision in decisions],
    )
    assert sum(answer is None for answer in answers) == 1
    assert all(isinstance(answer, NotNow) for answer in answers if answer is not None)
    with own_app.app_context():
        assert refunds_of(delivered) == 1
        assert return_now(return_id).status == ReturnStatus.DECIDED
        assert ledger_total() == 0


def test_an_offer_that_is_taken_while_its_time_ends_is_paid_once(own_app: Flask, own_sandbox: LiveSandbox) -> None:
    with own_app.app_context():
        delivered = deliver(own_sandbox)
        found = delivered.ask(1)
        with atomic():
            answer_return(
                actor=delivered.shop.farm.actor,
                return_id=found.id,
                answer=Answer(AnswerKind.REFUND, "Một phần (mẫu).", {delivered.line_id: 20_000}),
            )
        return_id = found.id
    later = utc_now() + timedelta(days=8)
    at_once(
        own_app,
        lambda: accept_offer(actor=ANONYMOUS, token=delivered.token, return_id=return_id),
        lambda: act_on_silence(return_id=return_id, now=later),
        lambda: accept_offer(actor=ANONYMOUS, token=delivered.token, return_id=return_id),
    )
    with own_app.app_context():
        assert refunds_of(delivered) == 1
        assert return_now(return_id).status == ReturnStatus.SETTLED
