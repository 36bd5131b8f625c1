"""Writing and reading amounts of dong."""

import re

MAX_AMOUNT_VND = 99_999_999
"""Largest single payment in dong: Stripe takes amounts of at most eight digits."""

_MOST_SIGNS = 18
"""So many signs of a number without separators fit every column."""

_SEPARATORS = re.compile(r"[\s.,\u00a0\u202f]")


def format_vnd(amount_vnd: int, locale: str = "vi") -> str:
    """`amount_vnd` as people write it: "35.000 ₫" in Vietnamese, "₫35,000" in English."""
    sign = "-" if amount_vnd < 0 else ""
    grouped = f"{abs(amount_vnd):,}"
    if locale == "en":
        return f"{sign}₫{grouped}"
    return f"{sign}{grouped.replace(',', '.')}\u00a0₫"


def parse_vnd(text: str) -> int:
    """The amount that somebody typed, in dong: "35.000", "35,000đ" and "35000" are the same.

    Raises ValueError when it is no whole number of dong, or one that no column holds. A separator must stand before
    exactly three digits, so that "35.5" is refused instead of being read as 355.
    """
    bare = text.strip().rstrip("₫đĐdD").strip()
    if not re.fullmatch(r"-?\d+|-?\d{1,3}(?:[\s.,\u00a0\u202f]\d{3})+", bare):
        raise ValueError(text)
    number = _SEPARATORS.sub("", bare)
    if len(number) > _MOST_SIGNS:
        raise ValueError(text)
    return int(number)
