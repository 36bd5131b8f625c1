"""Closing months: who may, in which order, and that nothing gets in afterwards."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

from app import create_app
from core.accounts import Actor, RoleName
from core.config import Settings
from core.db import atomic, db, new_id, utc_now
from core.errors import Conflict, NotFound
from core.i18n import LOCAL_TIME_ZONE, local_today
from market.ledger.closing import close_month
from market.ledger.models import AccountKind, LedgerEntry, LedgerMonthClose, LedgerPosting
from market.ledger.queries import list_months, next_month_to_close, trial_balance
from market.ledger.rules import last_day_of, month_after, month_before, month_of
from market.ledger.usecases import SITE, Line, post_entry
from tests.factories import make_user
from tests.market.payouts.selling import actor_of
from tests.support.databases import TestDatabases


def this_month() -> date:
    return month_of(local_today(utc_now()))


def post_on(day: date, amount: int = 1_000) -> LedgerEntry:
    """Enter something that happened at noon of a day."""
    entry_id = post_entry(
        source="test",
        source_id=new_id(),
        description="test",
        happened_at=datetime(day.year, day.month, day.day, 12, tzinfo=LOCAL_TIME_ZONE),
        lines=[Line(AccountKind.PROCESSOR_BALANCE, SITE, amount), Line(AccountKind.UNDER_REVIEW, SITE, -amount)],
    )
    return db.session.get_one(LedgerEntry, entry_id, populate_existing=True)


@pytest.fixture
def bookkeeper(session: scoped_session[Session]) -> Actor:
    return actor_of(make_user(RoleName.ADMINISTRATOR))


def test_months_follow_each_other() -> None:
    december = date(2026, 12, 1)
    assert month_after(december) == date(2027, 1, 1)
    assert month_before(date(2027, 1, 1)) == december
    assert last_day_of(date(2028, 2, 1)) == date(2028, 2, 29)


def test_an_entry_counts_for_the_day_it_happened_on(session: scoped_session[Session]) -> None:
    entry = post_on(month_before(this_month()))
    assert entry.booked_on == entry.happened_on == month_before(this_month())


def test_what_is_late_counts_for_the_first_open_month_and_keeps_its_day(bookkeeper: Actor) -> None:
    last = month_before(this_month())
    post_on(last)
    close_month(actor=bookkeeper, month=last)
    late = post_on(last + timedelta(days=3))
    assert (late.booked_on, late.happened_on) == (this_month(), last + timedelta(days=3))
    amounts = {line.kind: line for line in trial_balance(first_day=last, last_day=last_day_of(last))}
    assert amounts[AccountKind.PROCESSOR_BALANCE].closing_vnd == 1_000


def test_closing_again_changes_nothing(bookkeeper: Actor) -> None:
    last = month_before(this_month())
    post_on(last)
    first = close_month(actor=bookkeeper, month=last).closed_at
    assert close_month(actor=bookkeeper, month=last).closed_at == first


def test_months_are_closed_in_order_and_only_when_over(bookkeeper: Actor) -> None:
    last = month_before(this_month())
    before = month_before(last)
    assert next_month_to_close(local_today(utc_now())) is None
    post_on(before)
    for month in (last, this_month(), month_after(this_month())):
        with pytest.raises(Conflict):
            close_month(actor=bookkeeper, month=month)
    close_month(actor=bookkeeper, month=before)
    close_month(actor=bookkeeper, month=last)
    with pytest.raises(Conflict):
        close_month(actor=bookkeeper, month=this_month())
    with pytest.raises(Conflict):
        close_month(actor=bookkeeper, month=month_before(before))
    assert [close is not None for _month, close in list_months(local_today(utc_now()))] == [False, True, True]


def test_a_ledger_that_is_off_is_not_closed(bookkeeper: Actor) -> None:
    last = month_before(this_month())
    post_on(last)
    db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    db.session.execute(text("ALTER TABLE ledger_postings DISABLE TRIGGER USER"))
    db.session.execute(text("UPDATE ledger_postings SET amount_vnd = amount_vnd + 1 WHERE amount_vnd > 0"))
    with pytest.raises(Conflict):
        close_month(actor=bookkeeper, month=last)
    assert db.session.scalar(select(LedgerMonthClose.month)) is None


@pytest.mark.parametrize("role", [role for role in RoleName if role is not RoleName.ADMINISTRATOR])
def test_nobody_else_closes(session: scoped_session[Session], role: RoleName) -> None:
    last = month_before(this_month())
    post_on(last)
    with pytest.raises(NotFound):
        close_month(actor=actor_of(make_user(role)), month=last)


def test_the_database_refuses_what_is_dated_in_a_closed_month(bookkeeper: Actor) -> None:
    last = month_before(this_month())
    entry = post_on(last)
    close_month(actor=bookkeeper, month=last)
    account_id = db.session.scalars(select(LedgerPosting.account_id).limit(1)).one()
    dated = insert(LedgerEntry).values(
        id=new_id(), source="x", source_id=new_id(), description="", happened_on=last, booked_on=last
    )
    added = insert(LedgerPosting).values(id=new_id(), entry_id=entry.id, account_id=account_id, amount_vnd=1)
    for statement in (dated, added):
        savepoint = db.session.begin_nested()
        with pytest.raises(DBAPIError, match="closed"):
            db.session.execute(statement)
        savepoint.rollback()


def test_a_close_is_never_taken_back(bookkeeper: Actor) -> None:
    last = month_before(this_month())
    post_on(last)
    close_month(actor=bookkeeper, month=last)
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text("DELETE FROM ledger_month_closes"))


@pytest.fixture
def own_app(databases: TestDatabases, make_settings: Callable[..., Settings]) -> Iterator[Flask]:
    application = create_app(make_settings(databases.clone()))
    yield application
    with application.app_context():
        db.engine.dispose()


def test_a_close_waits_for_entries_that_are_being_made(own_app: Flask) -> None:
    last = month_before(this_month())
    entered, closing = threading.Event(), threading.Event()
    with own_app.app_context(), atomic():
        bookkeeper = actor_of(make_user(RoleName.ADMINISTRATOR))
        post_on(last)

    def enter() -> date:
        with own_app.app_context(), atomic():
            entry = post_on(last)
            entered.set()
            closing.wait(10)
            _wait_for_a_waiting_lock()
            return entry.booked_on

    def close() -> datetime:
        entered.wait(10)
        with own_app.app_context(), atomic():
            closing.set()
            return close_month(actor=bookkeeper, month=last).closed_at

    with ThreadPoolExecutor(2) as pool:
        booked, closed_at = pool.submit(enter), pool.submit(close)
        assert booked.result(30) == last
        assert closed_at.result(30)
    with own_app.app_context():
        amounts = {line.kind: line for line in trial_balance(first_day=last, last_day=last_day_of(last))}
        assert amounts[AccountKind.PROCESSOR_BALANCE].closing_vnd == 2_000
        assert post_on(last).booked_on == this_month()
        db.session.rollback()


def test_an_entry_that_waits_for_a_close_counts_for_the_next_month(own_app: Flask) -> None:
    last = month_before(this_month())
    closed = threading.Event()
    with own_app.app_context(), atomic():
        bookkeeper = actor_of(make_user(RoleName.ADMINISTRATOR))
        post_on(last)

    def close() -> None:
        with own_app.app_context(), atomic():
            close_month(actor=bookkeeper, month=last)
            closed.set()
            _wait_for_a_waiting_lock()

    def enter() -> date:
        closed.wait(10)
        with own_app.app_context(), atomic():
            return post_on(last).booked_on

    with ThreadPoolExecutor(2) as pool:
        closing, booked = pool.submit(close), pool.submit(enter)
        closing.result(30)
        assert booked.result(30) == this_month()


def _wait_for_a_waiting_lock() -> None:
    """Go on once somebody waits for the lock of closing that this transaction holds."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    deadline = utc_now() + timedelta(seconds=10)
    while not db.session.scalar(waiting):
        assert utc_now() < deadline, "nobody waits"
