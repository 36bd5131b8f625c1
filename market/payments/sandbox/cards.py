"""The rules of the test cards: pure decisions about what was typed and what the bank would say.

Numbers and answers are those Stripe documents for its test mode, so that a card learnt here works there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .card_table import BY_NUMBER, NOT_A_TEST_CARD, KnownCard


class Mistake(StrEnum):
    """What can be wrong with a field before any bank is asked."""

    MISSING = "missing"
    INVALID_NUMBER = "invalid_number"
    INVALID_EXPIRY = "invalid_expiry"
    EXPIRED = "expired"
    INVALID_CVC = "invalid_cvc"
    TOO_LONG = "too_long"


@dataclass(frozen=True)
class CardDetails:
    """A card whose fields are well formed. The full number stays in memory and is never stored or shown."""

    number: str
    expiry_month: int
    expiry_year: int
    name: str

    @property
    def last4(self) -> str:
        return self.number[-4:]

    @property
    def test_card(self) -> KnownCard:
        """The table's entry; a number that is no test card is declined, as in Stripe's test mode."""
        return BY_NUMBER.get(self.number, KnownCard(self.number, "visa", NOT_A_TEST_CARD))


def passes_luhn(number: str) -> bool:
    """Whether the check digit of ISO/IEC 7812-1 fits."""
    total = 0
    for position, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def read_expiry(text: str) -> tuple[int, int] | None:
    """Month and four-digit year out of "12/34", "12 / 2034" or "1234"; None when it is neither."""
    match = re.fullmatch(r"\s*([0-9]{1,2})\s*[/-]\s*([0-9]{2}|20[0-9]{2})\s*|([0-9]{2})([0-9]{2})", text)
    if match is None:
        return None
    month, year = int(match[1] or match[3]), int(match[2] or match[4])
    return (month, year % 100 + 2000) if 1 <= month <= 12 else None


def read_card(
    *, number: str, expiry: str, cvc: str, name: str, today: date
) -> tuple[CardDetails | None, dict[str, Mistake]]:
    """Check what was typed; either the details or, by field (number, expiry, cvc, name), what is wrong."""
    mistakes: dict[str, Mistake] = {}
    digits = re.sub(r"[\s-]", "", number)
    if not digits:
        mistakes["number"] = Mistake.MISSING
    elif not re.fullmatch(r"[0-9]{12,19}", digits) or not passes_luhn(digits):
        mistakes["number"] = Mistake.INVALID_NUMBER

    month_and_year = read_expiry(expiry)
    if not expiry.strip():
        mistakes["expiry"] = Mistake.MISSING
    elif month_and_year is None:
        mistakes["expiry"] = Mistake.INVALID_EXPIRY
    elif (month_and_year[1], month_and_year[0]) < (today.year, today.month):
        mistakes["expiry"] = Mistake.EXPIRED

    wanted = 4 if digits in BY_NUMBER and BY_NUMBER[digits].brand == "amex" else 3
    if not cvc.strip():
        mistakes["cvc"] = Mistake.MISSING
    elif not re.fullmatch(f"[0-9]{{{wanted}}}", cvc.strip()):
        mistakes["cvc"] = Mistake.INVALID_CVC

    if not name.strip():
        mistakes["name"] = Mistake.MISSING
    elif len(name) > 200:
        mistakes["name"] = Mistake.TOO_LONG

    if mistakes or month_and_year is None:
        return None, mistakes
    return CardDetails(digits, month_and_year[0], month_and_year[1], name.strip()), {}
