from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.payments.sandbox.card_table import BY_NUMBER, MORE_TEST_CARDS, TEST_CARDS
from market.payments.sandbox.cards import Mistake, passes_luhn, read_card, read_expiry

TODAY = date(2026, 11, 22)


def test_every_card_of_the_table_has_a_right_check_digit() -> None:
    assert [number for number in BY_NUMBER if not passes_luhn(number)] == []


@given(st.from_regex(r"[0-9]{15}", fullmatch=True), st.integers(1, 9))
def test_one_wrong_digit_never_passes(body: str, shift: int) -> None:
    right = next(body + str(digit) for digit in range(10) if passes_luhn(body + str(digit)))
    wrong = right[:-1] + str((int(right[-1]) + shift) % 10)
    assert not passes_luhn(wrong)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("12/34", (12, 2034)),
        (" 1 / 2034", (1, 2034)),
        ("0134", (1, 2034)),
        ("13/34", None),
        ("00/34", None),
        ("12", None),
        ("", None),
    ],
)
def test_expiry_is_read_as_people_write_it(typed: str, read: tuple[int, int] | None) -> None:
    assert read_expiry(typed) == read


@pytest.mark.parametrize(
    ("change", "mistakes"),
    [
        ({}, {}),
        ({"number": "4242 4242-4242 4242"}, {}),
        ({"number": "4242424242424241"}, {"number": Mistake.INVALID_NUMBER}),
        ({"number": "abc"}, {"number": Mistake.INVALID_NUMBER}),
        ({"number": ""}, {"number": Mistake.MISSING}),
        ({"expiry": "11/26"}, {}),
        ({"expiry": "10/26"}, {"expiry": Mistake.EXPIRED}),
        ({"expiry": "soon"}, {"expiry": Mistake.INVALID_EXPIRY}),
        ({"cvc": "12"}, {"cvc": Mistake.INVALID_CVC}),
        ({"number": "378282246310005"}, {"cvc": Mistake.INVALID_CVC}),
        ({"number": "378282246310005", "cvc": "1234"}, {}),
        ({"name": " "}, {"name": Mistake.MISSING}),
        ({"name": "x" * 201}, {"name": Mistake.TOO_LONG}),
        (
            {"number": "", "expiry": "", "cvc": "", "name": ""},
            dict.fromkeys(("number", "expiry", "cvc", "name"), Mistake.MISSING),
        ),
    ],
)
def test_mistakes_are_found_field_by_field(change: dict[str, str], mistakes: dict[str, Mistake]) -> None:
    typed = {"number": "4242424242424242", "expiry": "12/30", "cvc": "123", "name": "Mẫu"} | change
    card, found = read_card(**typed, today=TODAY)
    assert found == mistakes
    assert (card is None) == bool(mistakes)


def test_each_number_stands_in_the_table_once() -> None:
    assert len(BY_NUMBER) == len(TEST_CARDS) + len(MORE_TEST_CARDS)
