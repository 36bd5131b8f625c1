"""Check digits and characters against numbers printed in public examples, and against every single-digit error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.gs1.check_digits import (
    check_characters,
    check_digit,
    has_valid_check_characters,
    has_valid_check_digit,
    verify_check_digit,
)
from traceability.gs1.errors import CharacterError, CheckDigitError


@pytest.mark.parametrize(
    "number", ["9506000134352", "09506000134352", "036000291452", "40170725", "9506000134376", "106141412345678908"]
)
def test_the_check_digit_of_a_known_number_holds(number: str) -> None:
    assert has_valid_check_digit(number)
    assert check_digit(number[:-1]) == number[-1]
    assert verify_check_digit(number) == number


def test_a_wrong_check_digit_is_refused_with_the_right_one() -> None:
    with pytest.raises(CheckDigitError) as refusal:
        verify_check_digit("9506000134353")
    assert refusal.value.params["expected"] == "2"
    assert refusal.value.position == 12
    assert str(refusal.value) == "The check digit of 9506000134353 is wrong: the last digit should be 2."


@pytest.mark.parametrize("text", ["95060001x4352", "٩506000134352", "95060001 4352"])
def test_anything_but_ascii_digits_is_refused(text: str) -> None:
    assert not has_valid_check_digit(text)
    with pytest.raises(CharacterError):
        verify_check_digit(text)


@given(st.text("0123456789", min_size=3, max_size=17), st.data())
def test_every_single_wrong_digit_is_noticed(payload: str, data: st.DataObject) -> None:
    number = payload + check_digit(payload)
    place = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))
    assert has_valid_check_digit(number)
    assert not has_valid_check_digit(number[:place] + other + number[place + 1 :])


@given(st.text("0123456789", min_size=3, max_size=12))
def test_leading_zeros_do_not_change_the_check_digit(payload: str) -> None:
    assert check_digit(payload) == check_digit(payload.zfill(17))


def test_the_check_characters_of_a_model_number() -> None:
    assert check_characters("1987654Ad4X4bL5ttr2310c") == "2K"
    assert has_valid_check_characters("1987654Ad4X4bL5ttr2310c2K")
    assert not has_valid_check_characters("1987654Ad4X4bL5ttr2310c2L")
