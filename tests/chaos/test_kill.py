"""kill -9 at random points of checkout and webhook: nothing is lost, nothing is doubled.

CHAOS_KILLS says how often (100), CHAOS_SEED at which points (others each time; a failure says which).
"""

import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from core.config import Settings
from core.db import db, utc_now
from core.mail.events import MailRequested
from core.outbox.models import OutboxMessage
from core.outbox.relay import deliver_pending
from market.ledger.models import AccountKind, LedgerAccount, LedgerEntry, LedgerPosting
from market.offers.models import Offer, StockMovement
from market.orders.models import Order, OrderLine, OrderStatus, Parcel
from market.payments import flow
from market.payments.configuration import payment_configuration, payment_gateway
from market.payments.models import Payment, PaymentStatus
from market.payments.sandbox.server import create_sandbox
from tests.chaos.buyers import Buyer, Diary
from tests.factories import make_offer
from tests.market.payments.sandbox.running import Serving
from tests.support.databases import TestDatabases

KILLS = int(os.environ.get("CHAOS_KILLS", "100"))
SEED = int(os.environ.get("CHAOS_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
BUYERS = 4
ON_HAND = 1000
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def shop(databases: TestDatabases, make_settings: Callable[..., Settings]) -> Iterator[tuple[Flask, Serving, int]]:
    """The application that reads the books, the sandbox, and a socket that the dying site is to serve on."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.set_inheritable(True)
    settings = make_settings(databases.clone(), port=listener.getsockname()[1], sandbox_port=_free_port())
    app = create_app(settings)
    app.extensions["celery"].conf.update(broker_url="memory://", broker_transport_options={})
    keys = payment_configuration(settings)
    sandbox = create_sandbox(
        database_url=str(app.config["SQLALCHEMY_DATABASE_URI"]),
        api_key=keys.api_key,
        webhook_secret=keys.webhook_secret,
        webhook_url=f"http://127.0.0.1:{settings.port}/webhooks/stripe",
        public_url=settings.sandbox_url,
    )
    serving = Serving.start(sandbox, port=settings.sandbox_port or 0)
    yield app, serving, listener.fileno()
    sandbox.extensions["payment_sandbox_background"].stop()
    serving.stop()
    listener.close()
    sandbox.extensions["payment_sandbox_store"].engine.dispose()
    with app.app_context():
        db.engine.dispose()


def test_what_dies_in_the_middle_of_a_purchase_loses_and_doubles_nothing(shop: tuple[Flask, Serving, int]) -> None:
    app, sandbox, listener = shop
    with app.app_context():
        offers = [str(make_offer(on_hand=ON_HAND).id) for _ in range(3)]
        db.session.commit()
    diary, calm = Diary(), threading.Event()
    settings: Settings = app.extensions["settings"]
    site = _start_dying_site(settings, listener)
    try:
        reader = threading.Thread(target=_wait_for_calm, args=(site, calm), daemon=True)
        reader.start()
        buyers = [
            Buyer(
                site=f"http://127.0.0.1:{settings.port}", sandbox=sandbox.url, offers=offers, diary=diary, seed=SEED + n
            )
            for n in range(BUYERS)
        ]
        with ThreadPoolExecutor(BUYERS) as pool:
            for outcome in [pool.submit(buyer.buy_until, calm) for buyer in buyers]:
                outcome.result()
        reader.join(10)
        assert calm.is_set(), "the site ended before its time"
        _let_settle(app, sandbox)
    finally:
        site.terminate()
        site.wait(10)
    with app.app_context():
        try:
            _check_books(diary, [uuid.UUID(offer_id) for offer_id in offers])
        except AssertionError as error:
            error.add_note(f"{KILLS} deaths, {diary.begun} purchases; again with CHAOS_SEED={SEED}")
            raise


def _start_dying_site(settings: Settings, listener: int) -> "subprocess.Popen[str]":
    values = {
        name: getattr(settings, name)
        for name in ("database_url", "site_url", "secret_key", "rate_limits_enabled", "port", "sandbox_port")
    }
    values |= {"var_dir": str(settings.var_dir), "log_level": "ERROR", "celery_broker_url": None}
    values |= {"socket": listener, "kills": KILLS, "seed": SEED}
    command = [sys.executable, "-m", "tests.chaos.dying_site", json.dumps(values)]
    return subprocess.Popen(command, cwd=ROOT, pass_fds=[listener], stdout=subprocess.PIPE, text=True)


def _wait_for_calm(site: "subprocess.Popen[str]", calm: threading.Event) -> None:
    assert site.stdout is not None
    for line in site.stdout:
        if line.strip() == "calm":
            calm.set()


def _let_settle(app: Flask, sandbox: Serving) -> None:
    """Let the sandbox deliver what is due, lose patience with the rest, and sweep as the clock does."""
    sandbox.app.extensions["payment_sandbox_background"].deliverer.deliver_due()
    time.sleep(1)
    with app.app_context():
        flow.reconcile(gateway=payment_gateway(), since=timedelta(days=1))
        while deliver_pending():
            pass


def _check_books(diary: Diary, offer_ids: list[uuid.UUID]) -> None:
    sessions = list(payment_gateway().list_sessions(created_after=_long_ago()))
    paid_pages = {page.payment_id for page in sessions if page.is_paid}
    assert len(paid_pages) == sum(page.is_paid for page in sessions) >= diary.paid > 0
    payments = db.session.scalars(select(Payment)).all()
    assert {payment.id for payment in payments if payment.status == PaymentStatus.SUCCEEDED} | {
        payment.id for payment in payments if payment.status == PaymentStatus.REFUNDED
    } == paid_pages
    assert not [payment for payment in payments if payment.status == PaymentStatus.NEEDS_REVIEW]

    orders = db.session.scalars(select(Order)).all()
    paid = [order for order in orders if order.status == OrderStatus.PAID]
    assert sorted(order.id for order in paid) == sorted(
        payment.order_id for payment in payments if payment.status == PaymentStatus.SUCCEEDED and payment.order_id
    )
    _check_stock(offer_ids)
    _check_ledger(paid)
    mails = select(func.count()).where(
        OutboxMessage.name == MailRequested.__name__, OutboxMessage.payload["template"].astext == "order_paid"
    )
    assert db.session.scalar(mails) == len(paid)


def _check_stock(offer_ids: list[uuid.UUID]) -> None:
    sold, held = _units_in(OrderStatus.PAID), _units_in(OrderStatus.AWAITING_PAYMENT)
    for offer_id in offer_ids:
        offer = db.session.get_one(Offer, offer_id)
        assert offer.on_hand == ON_HAND - sold.get(offer_id, 0)
        assert offer.reserved == held.get(offer_id, 0)
        sums = db.session.execute(
            select(func.sum(StockMovement.on_hand_change), func.sum(StockMovement.reserved_change)).where(
                StockMovement.offer_id == offer_id
            )
        ).one()
        assert tuple(sums) == (offer.on_hand, offer.reserved)


def _units_in(status: OrderStatus) -> dict[uuid.UUID, int]:
    """Sold units by offer in the orders of this state."""
    statement = (
        select(OrderLine.offer_id, func.sum(OrderLine.quantity))
        .join(Parcel, Parcel.id == OrderLine.parcel_id)
        .join(Order, Order.id == Parcel.order_id)
        .where(Order.status == status)
        .group_by(OrderLine.offer_id)
    )
    return {offer_id: int(units) for offer_id, units in db.session.execute(statement)}


def _check_ledger(orders: list[Order]) -> None:
    assert db.session.scalar(select(func.sum(LedgerPosting.amount_vnd))) == 0
    captured = (
        select(func.sum(LedgerPosting.amount_vnd))
        .join(LedgerAccount)
        .where(LedgerAccount.kind.in_([AccountKind.PROCESSOR_BALANCE, AccountKind.PROCESSOR_FEES]))
    )
    assert db.session.scalar(captured) == sum(order.total_vnd for order in orders)
    entries = select(func.count()).where(LedgerEntry.source == "payment")
    assert (db.session.scalar(entries) or 0) >= len(orders)


def _long_ago() -> datetime:
    return utc_now() - timedelta(days=1)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
