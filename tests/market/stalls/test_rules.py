"""Decisions about stalls."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.db import readable_code
from market.stalls.models import StallSaleStatus
from market.stalls.rules import (
    day_bounds,
    market_clock,
    market_day,
    purpose_state,
    read_placard_code,
    submission_of,
)


def test_days_begin_at_midnight_on_the_markets_clocks() -> None:
    assert market_day(datetime(2026, 11, 22, 16, 59, 59, tzinfo=UTC)) == date(2026, 11, 22)
    assert market_day(datetime(2026, 11, 22, 17, 0, tzinfo=UTC)) == date(2026, 11, 23)
    assert market_clock(datetime(2026, 11, 22, 10, 58, tzinfo=UTC)) == "17:58"


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_each_moment_lies_in_its_own_day_and_in_no_other(moment: datetime) -> None:
    begin, end = day_bounds(market_day(moment))
    assert begin <= moment < end
    assert end - begin == timedelta(days=1)


@pytest.mark.parametrize("typed", ["K7M3099Q", "k7m3099q", "K7M3 O99Q", "k7m3-o99q", " K7M3099Q "])
def test_a_code_typed_off_the_sign_is_put_right(typed: str) -> None:
    assert read_placard_code(typed) == "K7M3099Q"


@pytest.mark.parametrize("typed", ["", "K7M3099", "K7M3099QQ", "K7M3099U", "../../etc", "K7M3099ạ", "K7M3\x00099"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert read_placard_code(typed) is None


@given(st.integers(0, 1000))
def test_every_code_that_is_given_out_can_be_read(_number: int) -> None:
    code = readable_code(8)
    assert read_placard_code(code) == read_placard_code(code.lower()) == code


def test_the_same_form_with_other_contents_is_another_submission() -> None:
    form_id, stall_id = uuid.uuid4(), uuid.uuid4()
    first = submission_of(form_id, stall_id=stall_id, amount_vnd=20_000, note=None)
    assert submission_of(form_id, stall_id=stall_id, amount_vnd=20_000, note=None) == first
    assert submission_of(form_id, stall_id=stall_id, amount_vnd=200_000, note=None) != first
    assert submission_of(form_id, stall_id=stall_id, amount_vnd=20_000, note="cam") != first
    assert submission_of(form_id, stall_id=uuid.uuid4(), amount_vnd=20_000, note=None) != first
    assert submission_of(uuid.uuid4(), stall_id=stall_id, amount_vnd=20_000, note=None) != first


def test_every_state_of_a_sale_is_known_to_payments() -> None:
    assert {purpose_state(status) for status in StallSaleStatus} == {"open", "paid", "closed"}
