"""The check of the ledger: silent when all is right, and it names each thing that is off."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.db import db, new_id
from market.ledger.audit import audit_ledger
from market.ledger.models import AccountKind
from market.ledger.rules import DEBIT_KINDS, SELLER_KINDS, part_of
from market.ledger.tasks import check
from market.ledger.usecases import SITE, Line, post_entry
from market.ledger.words import ACCOUNT_NAMES
from market.payments.models import Payment
from tests.factories import make_user
from tests.market.payouts.selling import give_back, make_seller, sell
from tests.support.paying import mails_asked_for


@pytest.fixture
def payment(session: scoped_session[Session]) -> Payment:
    return sell(make_seller()[0])


def faults() -> list[str]:
    return [str(fault) for fault in audit_ledger().faults]


def break_ledger(statement: str) -> None:
    """Do what no code can do, as somebody with the owner's rights might."""
    db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    for table in ("ledger_entries", "ledger_postings"):
        db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    db.session.execute(text(statement))


def test_payments_and_refunds_that_are_entered_are_sound(payment: Payment) -> None:
    assert faults() == []
    give_back(payment)
    assert faults() == []


def test_a_payment_without_an_entry_is_named(payment: Payment) -> None:
    break_ledger("DELETE FROM ledger_postings; DELETE FROM ledger_entries")
    assert faults() == [f"payment without an entry: {payment.id}"]


def test_an_entry_without_a_payment_is_named(payment: Payment) -> None:
    stranger = new_id()
    post_entry(
        source="payment",
        source_id=stranger,
        description="",
        lines=[Line(AccountKind.PROCESSOR_BALANCE, SITE, 5), Line(AccountKind.UNDER_REVIEW, SITE, -5)],
    )
    assert faults() == [f"entries of a payment that never was: {stranger}"]


def test_another_amount_than_was_paid_is_named(payment: Payment) -> None:
    break_ledger(f"UPDATE payments SET amount_vnd = amount_vnd + 7 WHERE id = '{payment.id}'")
    (fault,) = faults()
    assert fault.startswith("payment with another amount on processor_balance") and str(payment.id) in fault


def test_a_posting_that_was_changed_is_named_by_its_entry_and_in_the_sum(payment: Payment) -> None:
    break_ledger("UPDATE ledger_postings SET amount_vnd = amount_vnd + 3 WHERE part = 'goods'")
    assert audit_ledger().total_vnd == 3
    assert faults()[0] == f"entries do not sum to zero: payment {payment.id}"
    assert any("3 VND" in fault for fault in faults())


def test_the_command_prints_the_balances_and_zero(app: Flask, payment: Payment) -> None:
    db.session.commit()
    result = app.test_cli_runner().invoke(args=["ledger", "check"])
    lines = result.output.splitlines()
    assert result.exit_code == 0
    assert lines[-1] == "0"
    assert any(line.startswith("Payable to producers") and line.endswith("-339,500") for line in lines)
    assert len(lines) == len(AccountKind) + 2


def test_the_command_ends_with_one_and_names_what_is_off(app: Flask, payment: Payment) -> None:
    break_ledger("DELETE FROM ledger_postings; DELETE FROM ledger_entries")
    db.session.commit()
    result = app.test_cli_runner().invoke(args=["ledger", "check"])
    assert result.exit_code == 1
    assert str(payment.id) in result.output


def test_the_nightly_check_mails_administrators_only_when_it_is_off(payment: Payment) -> None:
    make_user(RoleName.ADMINISTRATOR)
    make_user(RoleName.PROVINCE_OFFICER)
    before = mails_asked_for()
    check()
    assert mails_asked_for() == before
    break_ledger("DELETE FROM ledger_postings; DELETE FROM ledger_entries")
    check()
    assert mails_asked_for() == [*before, "ledger_off"]


def test_the_number_of_questions_does_not_grow(payment: Payment, count_queries: Callable[[], object]) -> None:
    def counted() -> int:
        with count_queries() as statements:
            audit_ledger()
        return len(statements)

    few = counted()
    for _ in range(3):
        sell(make_seller()[0])
    assert counted() == few


def test_every_account_has_a_name_and_a_side() -> None:
    assert set(ACCOUNT_NAMES) == set(AccountKind)
    assert SELLER_KINDS.isdisjoint(DEBIT_KINDS)


def test_a_posting_without_a_part_follows_its_source() -> None:
    assert part_of(None, "refund") == "refund"
    assert part_of(None, "something new") == "adjustment"
