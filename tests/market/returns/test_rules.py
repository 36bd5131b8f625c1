"""Rules of returns, without I/O."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.returns.models import ReturnStatus, ReturnWish
from market.returns.rules import (
    CLOSED,
    TRANSITIONS,
    follows_silence,
    is_enough,
    may_become,
    next_due,
    spread_wanted,
    worth_of_units,
)


def test_every_state_is_in_the_table_and_every_end_is_reached() -> None:
    assert set(TRANSITIONS) == set(ReturnStatus)
    assert set(CLOSED) == {ReturnStatus.SETTLED, ReturnStatus.DECIDED, ReturnStatus.WITHDRAWN}
    reached = {ReturnStatus.OPEN}
    for _step in ReturnStatus:
        reached |= {following for status in reached for following in TRANSITIONS[status]}
    assert reached == set(ReturnStatus)


@pytest.mark.parametrize("status", ReturnStatus)
def test_silence_leads_where_the_table_allows(status: ReturnStatus) -> None:
    following = follows_silence(status)
    assert following is None or may_become(status, following)
    assert following is None or next_due(status, datetime(2026, 3, 2, tzinfo=UTC)) is not None


def test_a_producer_has_three_whole_working_days() -> None:
    friday_evening = datetime(2026, 3, 6, 13, tzinfo=UTC)  # 20:00 in Vietnam
    assert next_due(ReturnStatus.OPEN, friday_evening) == datetime(2026, 3, 11, 17, tzinfo=UTC)


@given(
    st.integers(1, 999),
    st.integers(0, 10**7),
    st.lists(st.integers(1, 50), min_size=1, max_size=8),
)
def test_pieces_are_never_worth_more_than_the_line(quantity: int, charged: int, pieces: list[int]) -> None:
    units_before = given_back = 0
    for units in pieces:
        if units_before + units > quantity:
            break
        worth = worth_of_units(
            charged_vnd=charged,
            quantity=quantity,
            units=units,
            refunded_units=units_before,
            refunded_vnd=given_back,
        )
        units_before, given_back = units_before + units, given_back + worth
        assert 0 <= given_back <= charged
    if units_before == quantity:
        assert given_back == charged


@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
def test_a_wanted_part_is_spread_and_no_more(wanted: int, worths: list[int]) -> None:
    shares = spread_wanted(wanted, worths)
    assert sum(shares) == min(wanted, sum(worths))
    assert all(0 <= share <= worth for share, worth in zip(shares, worths, strict=True))


def test_enough_is_what_was_asked_for() -> None:
    assert is_enough(ReturnWish.PART, offered_vnd=10, worth_vnd=50, wanted_vnd=10)
    assert not is_enough(ReturnWish.PART, offered_vnd=9, worth_vnd=50, wanted_vnd=10)
    assert is_enough(ReturnWish.REPLACEMENT, offered_vnd=50, worth_vnd=50, wanted_vnd=None)
    assert not is_enough(ReturnWish.REFUND, offered_vnd=49, worth_vnd=50, wanted_vnd=None)
