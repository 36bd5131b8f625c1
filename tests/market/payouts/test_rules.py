from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.payouts.models import LineStatus, RunStatus
from market.payouts.rules import (
    LINE_TRANSITIONS,
    RUN_TRANSITIONS,
    is_payout_day,
    line_may_become,
    masked,
    payable_vnd,
    read_account_number,
    read_holder_name,
    run_may_become,
)


def test_every_state_has_its_transitions() -> None:
    assert set(RUN_TRANSITIONS) == set(RunStatus)
    assert set(LINE_TRANSITIONS) == set(LineStatus)


def test_what_is_paid_stays_paid() -> None:
    assert not any(line_may_become(LineStatus.PAID, state) for state in LineStatus)
    assert not any(run_may_become(RunStatus.FINISHED, state) for state in RunStatus)
    assert not run_may_become(RunStatus.APPROVED, RunStatus.CANCELLED)


@given(balance=st.integers(-(10**9), 10**9), held=st.integers(-(10**9), 10**9))
def test_payable_is_never_negative_nor_more_than_the_balance(balance: int, held: int) -> None:
    assert 0 <= payable_vnd(balance_vnd=balance, held_vnd=held) <= max(0, balance)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("0101 2345-678.90", "01012345 67890".replace(" ", "")),
        ("123456", "123456"),
        ("12345", None),
        ("1" * 20, None),
        ("VN123456", None),
        ("١٢٣٤٥٦", None),
        ("=1+1", None),
    ],
)
def test_account_numbers_are_digits(typed: str, read: str | None) -> None:
    assert read_account_number(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Nguyễn Thị  Đào", "NGUYEN THI DAO"),
        ("HTX Bưởi Phúc Trạch 2", "HTX BUOI PHUC TRACH 2"),
        ("=cmd|'/c calc'!A1", None),
        ("<b>x</b>", None),
        ("9", None),
        ("", None),
    ],
)
def test_holder_names_are_written_as_banks_do(typed: str, read: str | None) -> None:
    assert read_holder_name(typed) == read


def test_a_masked_number_shows_its_last_four_digits() -> None:
    assert masked("0101234567890") == "••••\u00a07890"


def test_the_day_of_the_schedule() -> None:
    monday = date(2026, 11, 30)
    assert is_payout_day(0, monday)
    assert not is_payout_day(1, monday)
    assert not is_payout_day(None, monday)
