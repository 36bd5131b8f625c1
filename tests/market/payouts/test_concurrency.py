"""Several people at once, on real connections: a payout is made once, whoever was first."""

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from core.accounts import Actor
from core.config import Settings
from core.db import atomic, db, utc_now
from core.errors import Conflict
from market.ledger.models import AccountKind, LedgerEntry
from market.ledger.queries import balance_of, ledger_total
from market.payouts.models import LineStatus, PayoutLine, PayoutRun
from market.payouts.runs import approve_run, cancel_run, draft_run, export_run, mark_failed, mark_paid
from tests.market.payouts.selling import make_payer, make_seller, sell, share_vnd
from tests.support.databases import TestDatabases


@pytest.fixture
def own_app(databases: TestDatabases, make_settings: Callable[..., Settings]) -> Iterator[Flask]:
    """An application on a database of its own, in which commits are real."""
    application = create_app(make_settings(databases.clone()))
    application.testing = True
    application.extensions["celery"].conf.update(broker_url="memory://", broker_transport_options={})
    yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def sellers(own_app: Flask) -> list[uuid.UUID]:
    with own_app.app_context(), atomic():
        found = [make_seller()[0] for _ in range(3)]
        for producer in found:
            sell(producer)
        return [producer.id for producer in found]


@pytest.fixture
def payers(own_app: Flask) -> list[Actor]:
    with own_app.app_context(), atomic():
        return [make_payer() for _ in range(8)]


def at_once(app: Flask, works: list[Callable[[], object]]) -> list[object]:
    """Do each work in a thread and transaction of its own, all beginning together; Conflicts are answers."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        with app.app_context():
            barrier.wait()
            try:
                with atomic():
                    return work()
            except Conflict as conflict:
                return conflict

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_eight_people_drafting_at_once_make_one_run(
    own_app: Flask, sellers: list[uuid.UUID], payers: list[Actor]
) -> None:
    answers = at_once(
        own_app,
        [lambda actor=actor: draft_run(actor=actor, now=utc_now()).id for actor in payers],
    )
    assert sum(not isinstance(answer, Conflict) for answer in answers) == 1
    with own_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(PayoutRun)) == 1
        lines = db.session.scalars(select(PayoutLine.producer_id)).all()
        assert sorted(lines) == sorted(sellers)


def test_drafting_while_a_run_is_approved_pays_once(
    own_app: Flask, sellers: list[uuid.UUID], payers: list[Actor]
) -> None:
    with own_app.app_context(), atomic():
        run_id = draft_run(actor=payers[0], now=utc_now()).id
    at_once(
        own_app,
        [lambda actor=actor: approve_run(actor=actor, run_id=run_id, now=utc_now()).id for actor in payers[1:4]]
        + [lambda actor=actor: draft_run(actor=actor, now=utc_now()).id for actor in payers[4:]],
    )
    with own_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(PayoutRun)) == 1
        assert balance_of(AccountKind.PAYOUTS_IN_TRANSIT) == -3 * share_vnd(10)
        assert all(balance_of(AccountKind.PRODUCER_PAYABLE, producer_id) == 0 for producer_id in sellers)


def test_approving_and_cancelling_at_once_do_one_of_the_two(
    own_app: Flask, sellers: list[uuid.UUID], payers: list[Actor]
) -> None:
    with own_app.app_context(), atomic():
        run_id = draft_run(actor=payers[0], now=utc_now()).id
    answers = at_once(
        own_app,
        [
            lambda: approve_run(actor=payers[1], run_id=run_id, now=utc_now()).id,
            lambda: cancel_run(actor=payers[0], run_id=run_id, now=utc_now()).id,
        ],
    )
    assert sum(isinstance(answer, Conflict) for answer in answers) == 1
    with own_app.app_context():
        states = set(db.session.scalars(select(PayoutLine.status)))
        in_transit = balance_of(AccountKind.PAYOUTS_IN_TRANSIT)
        assert (states, in_transit) in (
            ({LineStatus.IN_TRANSIT}, -3 * share_vnd(10)),
            ({LineStatus.CANCELLED}, 0),
        )


def test_paid_and_failed_at_once_settle_a_line_once(
    own_app: Flask, sellers: list[uuid.UUID], payers: list[Actor]
) -> None:
    with own_app.app_context():
        with atomic():
            run_id = draft_run(actor=payers[0], now=utc_now()).id
        with atomic():
            approve_run(actor=payers[1], run_id=run_id, now=utc_now())
        with atomic():
            line_id = export_run(actor=payers[1], run_id=run_id, now=utc_now()).lines[0].id

    def pays() -> object:
        return mark_paid(actor=payers[0], run_id=run_id, line_id=line_id, now=utc_now())

    def fails() -> object:
        return mark_failed(actor=payers[1], run_id=run_id, line_id=line_id, reason="Sai số", now=utc_now())

    answers = at_once(own_app, [pays, fails, pays, fails])
    assert sum(isinstance(answer, Conflict) for answer in answers) == 2
    with own_app.app_context():
        sources = select(LedgerEntry.source).where(LedgerEntry.source_id == line_id)
        assert len(db.session.scalars(sources).all()) == 2
        assert balance_of(AccountKind.PAYOUTS_IN_TRANSIT) == -2 * share_vnd(10)
        assert ledger_total() == 0
