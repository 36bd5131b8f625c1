"""GS1 keys: published examples, and the laws of check digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.gs1 import NumbersExhausted, check_digit, gln13, gtin14

digits = st.text("0123456789", min_size=1, max_size=17)


@pytest.mark.parametrize(
    ("payload", "expected"), [("629104150021", "3"), ("37610425002123456", "9"), ("0", "0"), ("0952100000000", "1")]
)
def test_check_digits(payload: str, expected: str) -> None:
    assert check_digit(payload) == expected


@given(digits)
def test_the_weighted_sum_with_its_check_digit_is_a_multiple_of_ten(payload: str) -> None:
    number = payload + check_digit(payload)
    assert sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(number))) % 10 == 0


@pytest.mark.parametrize("payload", ["", "12a", "١٢", " 1", "-1"])
def test_only_digits_have_a_check_digit(payload: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        check_digit(payload)


@given(st.from_regex(r"[0-9]{4,11}", fullmatch=True), st.integers(0, 9), st.integers(0, 8))
def test_keys_have_their_length_and_prefix(prefix: str, reference: int, indicator: int) -> None:
    gtin, gln = gtin14(prefix, reference, indicator), gln13(prefix, reference)
    assert (len(gtin), len(gln)) == (14, 13)
    assert gtin.startswith(f"{indicator}{prefix}")
    assert gln.startswith(prefix)
    assert gtin[1:13] == gln[:12]


def test_numbers_that_do_not_fit_are_refused() -> None:
    assert gtin14("9521", 99_999_999)[5:13] == "99999999"
    for prefix, reference in (("9521", 100_000_000), ("952100000000", 0), ("9521", -1)):
        with pytest.raises(NumbersExhausted):
            gtin14(prefix, reference)
    with pytest.raises(ValueError, match="9"):
        gtin14("9521", 1, 9)
