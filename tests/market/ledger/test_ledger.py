import uuid
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

from app import create_app
from core.config import Settings
from core.db import db, new_id, utc_now
from market.ledger.models import AccountKind, LedgerEntry, LedgerPosting, PostingPart
from market.ledger.queries import balance_of, find_entry, ledger_total
from market.ledger.usecases import SITE, Line, Unbalanced, enter_processor_payout, post_entry, reverse_entry
from tests.support.databases import TestDatabases

FARM = uuid.UUID(int=7)


def post(amount: int = 50_000, source_id: uuid.UUID | None = None) -> uuid.UUID | None:
    return post_entry(
        source="payment",
        source_id=source_id or new_id(),
        description="test",
        lines=[
            Line(AccountKind.PROCESSOR_BALANCE, SITE, amount),
            Line(AccountKind.PRODUCER_PAYABLE, FARM, -amount),
        ],
    )


def test_an_entry_moves_balances(session: scoped_session[Session]) -> None:
    post(50_000)
    post(20_000)
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == 70_000
    assert balance_of(AccountKind.PRODUCER_PAYABLE, FARM) == -70_000
    assert ledger_total() == 0


def test_a_business_event_is_entered_once(session: scoped_session[Session]) -> None:
    event = new_id()
    assert post(50_000, event) is not None
    assert post(50_000, event) is None
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == 50_000


def test_a_reversal_takes_everything_back_once(session: scoped_session[Session]) -> None:
    event, refund = new_id(), new_id()
    post(50_000, event)
    for _ in range(2):
        reverse_entry(source="payment", source_id=event, by_source="refund", by_source_id=refund, description="test")
    assert balance_of(AccountKind.PROCESSOR_BALANCE) == balance_of(AccountKind.PRODUCER_PAYABLE, FARM) == 0
    assert find_entry("refund", refund) is not None


def test_parts_of_an_account_are_postings_of_their_own_and_turn_into_refunds(session: scoped_session[Session]) -> None:
    event, refund = new_id(), new_id()
    lines = [
        Line(AccountKind.PROCESSOR_BALANCE, SITE, 100),
        Line(AccountKind.PRODUCER_PAYABLE, FARM, -60, PostingPart.GOODS),
        Line(AccountKind.PRODUCER_PAYABLE, FARM, -40, PostingPart.GOODS),
        Line(AccountKind.PRODUCER_PAYABLE, FARM, 3, PostingPart.COMMISSION),
        Line(AccountKind.COMMISSION_INCOME, SITE, -3),
    ]
    post_entry(source="payment", source_id=event, description="", reference="ABCD-2345", lines=lines)
    reverse_entry(source="payment", source_id=event, by_source="refund", by_source_id=refund, description="")
    postings = select(LedgerPosting.part, LedgerPosting.amount_vnd).where(LedgerPosting.part.is_not(None))
    assert sorted(tuple(row) for row in db.session.execute(postings)) == [
        ("commission", -3),
        ("commission", 3),
        ("goods", -100),
        ("refund", 100),
    ]
    entry = find_entry("refund", refund)
    assert entry is not None and entry.reference == "ABCD-2345"


def test_what_the_processor_pays_onto_our_bank_account_is_entered_once(session: scoped_session[Session]) -> None:
    for _ in range(2):
        enter_processor_payout(external_id="po_1", amount_vnd=80_000, happened_at=utc_now())
    assert balance_of(AccountKind.BANK_BALANCE) == -balance_of(AccountKind.PROCESSOR_BALANCE) == 80_000


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amounts=st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=6))
def test_only_what_sums_to_zero_is_accepted(session: scoped_session[Session], amounts: list[int]) -> None:
    kinds = list(AccountKind)
    lines = [Line(kinds[index], SITE, amount) for index, amount in enumerate(amounts)]
    if sum(amounts) == 0:
        assert post_entry(source="test", source_id=new_id(), description="", lines=lines) is not None
    else:
        with pytest.raises(Unbalanced):
            post_entry(source="test", source_id=new_id(), description="", lines=lines)
    assert ledger_total() == 0


@pytest.fixture(scope="module")
def own_app(databases: TestDatabases, make_settings: Callable[..., Settings]) -> Iterator[Flask]:
    """An application whose commits are real: the triggers speak at commit."""
    application = create_app(make_settings(databases.clone()))
    with application.app_context():
        post()
        db.session.commit()
        yield application
        db.session.remove()
        db.engine.dispose()


def test_the_database_refuses_an_unbalanced_entry_at_commit(own_app: Flask) -> None:
    account = db.session.scalar(text("SELECT id FROM ledger_accounts LIMIT 1"))
    entry_id = new_id()
    db.session.execute(
        insert(LedgerEntry).values(id=entry_id, source="x", source_id=new_id(), description="", entered_at=utc_now())
    )
    db.session.execute(insert(LedgerPosting).values(id=new_id(), entry_id=entry_id, account_id=account, amount_vnd=1))
    with pytest.raises(DBAPIError, match="does not sum to zero"):
        db.session.commit()
    db.session.rollback()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_postings SET amount_vnd = amount_vnd + 1",
        "DELETE FROM ledger_postings",
        "UPDATE ledger_entries SET description = 'other'",
        "DELETE FROM ledger_entries",
        "TRUNCATE ledger_postings",
        "UPDATE ledger_accounts SET owner_id = gen_random_uuid()",
        "DELETE FROM ledger_accounts",
    ],
)
def test_the_database_refuses_any_change(own_app: Flask, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text(statement))
    db.session.rollback()
