"""What of a movement at the vendor is its fee, and what is a payout; movements are written down once."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

from core.db import utc_now
from market.ledger.audit import audit_ledger
from market.ledger.models import AccountKind
from market.ledger.queries import balance_of
from market.payments.gateway import BalanceMovement
from market.payments.movements import last_movement_at, record_movements
from market.payments.rules import fee_of

CHARGE = BalanceMovement("txn_1", "charge", 100_000, 3_400, 96_600, "vnd", utc_now(), "ch_1")
BILLED = replace(CHARGE, id="txn_2", kind="stripe_fee", amount=-5_000, fee=0, net=-5_000)
PAYOUT = replace(CHARGE, id="txn_3", kind="payout", amount=-60_000, fee=1_000, net=-61_000)


@pytest.mark.parametrize(
    ("movement", "fee"),
    [
        (CHARGE, 3_400),
        (BILLED, 5_000),
        (replace(BILLED, amount=2_000), -2_000),
        (PAYOUT, 1_000),
        (replace(CHARGE, kind="adjustment", amount=-100_000, fee=375_000), 0),
        (replace(CHARGE, kind="refund", amount=-100_000, fee=0), 0),
    ],
)
def test_the_fee_is_what_the_vendor_keeps_for_itself(movement: BalanceMovement, fee: int) -> None:
    assert fee_of(movement) == fee


def test_fees_and_payouts_are_entered_once_and_a_payout_that_fails_comes_back(
    session: scoped_session[Session],
) -> None:
    failed = replace(PAYOUT, id="txn_4", kind="payout_failure", amount=60_000, fee=0, net=60_000)
    assert record_movements([CHARGE, BILLED, PAYOUT]) == 3
    assert balance_of(AccountKind.BANK_BALANCE) == 60_000
    assert record_movements([CHARGE, BILLED, PAYOUT, failed]) == 1
    assert balance_of(AccountKind.BANK_BALANCE) == 0
    assert balance_of(AccountKind.PROCESSOR_FEES) == -balance_of(AccountKind.PROCESSOR_BALANCE) == 9_400
    assert audit_ledger().is_sound


def test_another_currency_is_left_to_the_statement(session: scoped_session[Session]) -> None:
    assert record_movements([replace(CHARGE, currency="usd")]) == 0
    assert last_movement_at() is None


def test_what_is_written_down_is_never_changed(session: scoped_session[Session]) -> None:
    record_movements([CHARGE])
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text("UPDATE processor_movements SET fee_vnd = 0"))
