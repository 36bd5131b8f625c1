"""Amounts of dong: written and read back the same, nonsense refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import MAX_AMOUNT_VND, format_vnd, parse_vnd


@given(st.integers(min_value=-MAX_AMOUNT_VND, max_value=MAX_AMOUNT_VND))
def test_what_is_written_in_vietnamese_reads_back(amount: int) -> None:
    assert parse_vnd(format_vnd(amount, "vi")) == amount


@pytest.mark.parametrize("typed", ["35000", "35.000", "35,000", " 35 000 ₫", "35.000đ", "35.000\u00a0₫"])
def test_the_ways_people_type_an_amount(typed: str) -> None:
    assert parse_vnd(typed) == 35_000


@pytest.mark.parametrize("typed", ["", "35.5", "35.00", "1.0000", "abc", "3e4", "٣٥٠٠٠x", "--5", "35.000.00", "9" * 19])
def test_what_is_no_whole_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        parse_vnd(typed)


def test_each_language_has_its_form() -> None:
    assert format_vnd(1_234_567, "vi") == "1.234.567\u00a0₫"
    assert format_vnd(1_234_567, "en") == "₫1,234,567"
    assert format_vnd(-500, "vi") == "-500\u00a0₫"
