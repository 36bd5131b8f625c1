"""Amounts in Vietnamese words."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.money.words import amount_in_words, number_in_words

KNOWN = {
    0: "không",
    1: "một",
    4: "bốn",
    5: "năm",
    10: "mười",
    11: "mười một",
    14: "mười bốn",
    15: "mười lăm",
    20: "hai mươi",
    21: "hai mươi mốt",
    24: "hai mươi bốn",
    25: "hai mươi lăm",
    31: "ba mươi mốt",
    50: "năm mươi",
    55: "năm mươi lăm",
    99: "chín mươi chín",
    100: "một trăm",
    101: "một trăm linh một",
    105: "một trăm linh năm",
    110: "một trăm mười",
    111: "một trăm mười một",
    115: "một trăm mười lăm",
    121: "một trăm hai mươi mốt",
    155: "một trăm năm mươi lăm",
    200: "hai trăm",
    505: "năm trăm linh năm",
    999: "chín trăm chín mươi chín",
    1_000: "một nghìn",
    1_001: "một nghìn không trăm linh một",
    1_015: "một nghìn không trăm mười lăm",
    1_050: "một nghìn không trăm năm mươi",
    1_100: "một nghìn một trăm",
    5_000: "năm nghìn",
    10_000: "mười nghìn",
    15_000: "mười lăm nghìn",
    21_000: "hai mươi mốt nghìn",
    35_500: "ba mươi lăm nghìn năm trăm",
    100_000: "một trăm nghìn",
    105_000: "một trăm linh năm nghìn",
    200_000: "hai trăm nghìn",
    215_005: "hai trăm mười lăm nghìn không trăm linh năm",
    1_000_000: "một triệu",
    1_000_500: "một triệu năm trăm",
    1_005_000: "một triệu không trăm linh năm nghìn",
    1_500_000: "một triệu năm trăm nghìn",
    12_345_678: "mười hai triệu ba trăm bốn mươi lăm nghìn sáu trăm bảy mươi tám",
    99_999_999: "chín mươi chín triệu chín trăm chín mươi chín nghìn chín trăm chín mươi chín",
    1_000_000_000: "một tỷ",
    1_000_000_005: "một tỷ không trăm linh năm",
    2_021_000_000: "hai tỷ không trăm hai mươi mốt triệu",
    1_000_000_000_000: "một nghìn tỷ",
    -35_000: "âm ba mươi lăm nghìn",
}


@pytest.mark.parametrize(("number", "words"), KNOWN.items())
def test_known_numbers(number: int, words: str) -> None:
    assert number_in_words(number) == words


def test_the_unit_is_always_said() -> None:
    assert amount_in_words(200_000) == "hai trăm nghìn đồng"
    assert amount_in_words(200) == "hai trăm đồng"


def test_numbers_that_no_amount_reaches_are_refused() -> None:
    with pytest.raises(ValueError):
        number_in_words(10**18)


VALUES = {
    **dict(zip(["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"], range(10), strict=True)),
    "mốt": 1,
    "lăm": 5,
    "mười": 10,
}
SCALES = {"nghìn": 1_000, "triệu": 1_000_000}


def read(words: str) -> int:
    """What a listener understands: an independent reading, word by word, which knows nothing of groups."""
    total = part = group = digit = 0
    for word in words.split():
        if word in VALUES:
            digit += VALUES[word]
        elif word == "mươi":
            group, digit = group + digit * 10, 0
        elif word == "trăm":
            group, digit = group + digit * 100, 0
        elif word in SCALES:
            part, group, digit = part + (group + digit) * SCALES[word], 0, 0
        elif word == "tỷ":
            total, part, group, digit = (part + group + digit) * 1_000_000_000, 0, 0, 0
        else:
            assert word == "linh"
    return total + part + group + digit


@given(st.one_of(st.integers(0, 99_999_999), st.integers(0, 10**18 - 1)))
@example(1_000_500)
@example(1_500_000)
@example(10**12 + 1)
def test_a_listener_understands_the_number_that_was_meant(number: int) -> None:
    assert read(number_in_words(number)) == number


@given(st.integers(0, 10**18 - 1))
def test_words_never_join_what_nobody_says(number: int) -> None:
    words = f" {number_in_words(number)} "
    assert " mươi một " not in words
    assert " mươi năm " not in words
    assert " mười năm " not in words
    assert " một mươi " not in words
    assert "  " not in words
