"""Many at once, on real connections: one form makes one sale, and places are handed out without gaps."""

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from sqlalchemy import func, select

from core.accounts import ANONYMOUS
from core.db import atomic, db
from market.payments import flow
from market.payments.models import Payment
from market.payments.purposes import PurposeKind
from market.stalls.models import StallSale
from market.stalls.usecases import start_sale
from tests.factories import make_stall
from tests.support.paying import start_live_sandbox, stop_live_sandbox


def at_once(count: int, work: Callable[[], object]) -> list[object]:
    """Do `work` in so many threads that start together."""
    barrier = threading.Barrier(count)

    def run(_number: int) -> object:
        barrier.wait()
        return work()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_one_form_sent_by_several_at_once_makes_one_sale(own_app: Flask) -> None:
    with own_app.app_context():
        stall_id = make_stall().id
        db.session.commit()
    form_id = uuid.uuid4()

    def submit() -> object:
        with own_app.app_context(), atomic():
            return start_sale(
                actor=ANONYMOUS, stall_id=stall_id, form_id=form_id, amount_vnd=50_000, note="cam", locale="vi"
            ).id

    assert len(set(at_once(8, submit))) == 1
    with own_app.app_context():
        assert db.session.scalar(select(func.count()).where(StallSale.stall_id == stall_id)) == 1


def test_the_same_form_over_http_twice_at_once_leads_to_one_payment_page(own_app: Flask) -> None:
    live = start_live_sandbox(own_app)
    try:
        with own_app.app_context():
            stall = make_stall()
            stall_id, path = stall.id, f"/p/{stall.placard_code}"
            db.session.commit()
        form = {"form_id": str(uuid.uuid4()), "amount": "50.000"}
        answers = at_once(2, lambda: own_app.test_client().post(path, data=form))
        assert [answer.status_code for answer in answers] == [303, 303]
        assert len({answer.headers["Location"] for answer in answers}) == 1
        with own_app.app_context():
            sale = db.session.scalars(select(StallSale).where(StallSale.stall_id == stall_id)).one()
            payment = db.session.scalars(select(Payment).where(Payment.stall_sale_id == sale.id)).one()
            live.pay(payment.session_id or "")
            sale_id = sale.id
            db.session.rollback()

        def settle() -> None:
            with own_app.app_context():
                flow.finish_payments(kind=PurposeKind.STALL_SALE, purpose_id=sale_id, gateway=live.gateway)

        at_once(4, settle)
        with own_app.app_context():
            assert db.session.get_one(StallSale, sale_id).position == 1
    finally:
        stop_live_sandbox(live)
