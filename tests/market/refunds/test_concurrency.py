"""Two officers and a double click at once, on real connections; what is committed stays in a database of its own."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select

from core.accounts import RoleName
from core.db import atomic, db, utc_now
from core.errors import AppError
from core.i18n import local_today
from market.ledger.queries import ledger_total
from market.payments.models import Refund, RefundStatus
from market.payments.purposes import RefundReason
from market.payments.refunds import fail_refund
from market.refunds.errors import GivenBackMeanwhile, MoreThanWasPaid
from market.refunds.flow import refund_order
from market.refunds.pieces import RefundPart
from market.refunds.resuming import Transfer, ask_again, note_transfer
from market.refunds.usecases import request_order_refund
from tests.factories import make_offer, make_user
from tests.support.at_once import at_once
from tests.support.paying import LiveSandbox, payments_now
from tests.support.refunding import actor_of, lines_of, pay_for

AT_ONCE = 4


@pytest.mark.parametrize(("same_form", "made"), [(True, 1), (False, 2)])
def test_together_they_give_back_no_more_than_was_paid(
    own_app: Flask, own_sandbox: LiveSandbox, same_form: bool, made: int
) -> None:
    with own_app.app_context():
        order_id = pay_for(own_sandbox, (make_offer(), 2))
        line_id = lines_of(order_id)[0].id
        officers = [actor_of(make_user(RoleName.PROVINCE_OFFICER)) for _ in range(AT_ONCE)]
        db.session.commit()
    ready = threading.Barrier(AT_ONCE)

    def give_back(number: int) -> AppError | None:
        with own_app.app_context():
            ready.wait()
            try:
                refund_order(
                    actor=officers[number],
                    order_id=order_id,
                    parts=[RefundPart(line_id, 1)],
                    reason=RefundReason.RETURNED,
                    request_key="form" if same_form else str(uuid.uuid4()),
                    gateway=own_sandbox.gateway,
                )
            except AppError as error:
                return error
            return None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(give_back, range(AT_ONCE)))
    with own_app.app_context():
        payment = payments_now(order_id)[0]
        refunds = db.session.scalars(select(Refund).where(Refund.payment_id == payment.id)).all()
        assert len(refunds) == made
        assert payment.refunded_vnd == made * 35_000
        assert ledger_total() == 0
    refused = [answer for answer in answers if answer is not None]
    assert len(refused) == (0 if same_form else AT_ONCE - made)
    assert all(isinstance(answer, MoreThanWasPaid) for answer in refused)
    intent = str(payment.payment_intent_id)
    assert len(own_sandbox.client.v1.refunds.list({"payment_intent": intent}).data) == made


def test_a_failed_refund_is_tried_again_or_transferred_by_one_of_many(own_app: Flask, own_sandbox: LiveSandbox) -> None:
    with own_app.app_context():
        order_id = pay_for(own_sandbox, (make_offer(), 2))
        officers = [actor_of(make_user(RoleName.PROVINCE_OFFICER)) for _ in range(AT_ONCE)]
        with atomic():
            refund_id = request_order_refund(
                actor=officers[0],
                order_id=order_id,
                parts=[RefundPart(lines_of(order_id)[0].id, 1)],
                reason=RefundReason.RETURNED,
                request_key="failed",
            )[0].id
        with atomic():
            fail_refund(refund_id=refund_id, reason="x")
    transfer = Transfer(local_today(utc_now()), "FT1")
    refused = at_once(
        own_app,
        *(lambda actor=actor: ask_again(actor=actor, refund_id=refund_id, refundable_vnd=90_000) for actor in officers),
        *(lambda actor=actor: note_transfer(actor=actor, refund_id=refund_id, transfer=transfer) for actor in officers),
    )
    with own_app.app_context():
        made = db.session.scalars(select(Refund.status).where(Refund.retry_of == refund_id)).all()
        was_transferred = db.session.get_one(Refund, refund_id).status == RefundStatus.TRANSFERRED
        assert len(made) + was_transferred == 1
        assert ledger_total() == 0
    # Who asks for the same again finds the same refund; a second transfer is refused.
    assert sum(error is not None for error in refused) == (2 * AT_ONCE - 1 if was_transferred else AT_ONCE)
    assert all(error is None or isinstance(error, GivenBackMeanwhile) for error in refused)
