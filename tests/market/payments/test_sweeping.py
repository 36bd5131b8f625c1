"""A sweep does all its pieces, whatever becomes of one of them."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.db import atomic, db
from core.errors import AppError, Conflict, Unavailable
from market.payments import flow
from market.payments.models import Refund, RefundStatus
from market.payments.purposes import RefundReason
from market.payments.sweeping import Sweep
from market.refunds.pieces import RefundPart
from market.refunds.usecases import request_order_refund
from tests.factories import make_offer, make_user
from tests.support.paying import VISA, LiveSandbox
from tests.support.refunding import actor_of, lines_of, pay_for

REFUNDED_SLOWLY = "4000000000007726"


def test_what_is_refused_or_breaks_keeps_no_other_piece_from_being_done() -> None:
    done = []

    def work(piece: int) -> bool:
        if piece == 1:
            raise Conflict
        if piece == 2:
            raise Unavailable
        if piece == 3:
            raise ZeroDivisionError
        done.append(piece)
        return piece % 2 == 0

    sweep = Sweep()
    sweep.each(range(6), work)
    sweep.each([8], work)
    assert done == [0, 4, 5, 8]
    with pytest.raises(ExceptionGroup) as told:
        sweep.end()
    assert [type(error) for error in told.value.exceptions] == [ZeroDivisionError]


def test_what_is_only_refused_is_counted_and_not_raised() -> None:
    sweep = Sweep()
    sweep.each([Conflict, Unavailable], _refuse)
    sweep.each([1, 0, 1], bool)
    assert sweep.end() == 2


def test_refunds_that_banks_think_over_keep_no_other_from_being_asked_for(
    session: scoped_session[Session], live_sandbox: LiveSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "SWEEP_LIMIT", 1)
    officer = actor_of(make_user(RoleName.PROVINCE_OFFICER))
    for card in (REFUNDED_SLOWLY, VISA):
        order_id = pay_for(live_sandbox, (make_offer(), 1), card=card)
        with atomic():
            parts = [RefundPart(lines_of(order_id)[0].id, 1)]
            reason = RefundReason.RETURNED
            request_order_refund(actor=officer, order_id=order_id, parts=parts, reason=reason, request_key="k")
    for _ in range(3):
        flow.finish_refunds(gateway=live_sandbox.gateway)
    refunds = db.session.scalars(select(Refund.status).order_by(Refund.created_at)).all()
    assert refunds == [RefundStatus.PENDING, RefundStatus.SUCCEEDED]


def _refuse(error: type[AppError]) -> int:
    raise error
