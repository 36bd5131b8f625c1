"""Keys below a GS1 company prefix: GTIN-14 and GLN (GS1 General Specifications, section 3 and 7.9)."""

from core.errors import Unavailable
from core.i18n import lazy_gettext as _l

_DIGITS_BEFORE_CHECK = 12
"""Company prefix and reference of a GTIN-13 or GLN together."""


class NumbersExhausted(Unavailable):
    """Every number below the site's GS1 company prefix is in use."""

    default_message = _l("The site has used up its range of product and place numbers. Please tell its operator.")


def check_digit(payload: str) -> str:
    """The check digit for `payload`, the digits of a key without it (section 7.9.1).

    Weights 3 and 1 alternate from the right, starting with 3; the digit brings the sum to a multiple of ten. Raises
    ValueError when `payload` holds anything but digits.
    """
    if not (payload.isascii() and payload.isdigit()):
        raise ValueError(payload)
    return str(-(3 * sum(map(int, payload[::-2])) + sum(map(int, payload[-2::-2]))) % 10)


def gtin14(prefix: str, reference: int, indicator: int = 0) -> str:
    """The GTIN-14 of item `reference` below `prefix`; `indicator` 0 is the sold unit, 1-8 are packs of it.

    Raises NumbersExhausted when the reference has more digits than the prefix leaves.
    """
    if not 0 <= indicator <= 8:
        raise ValueError(indicator)
    body = f"{indicator}{_body(prefix, reference)}"
    return body + check_digit(body)


def gln13(prefix: str, reference: int) -> str:
    """The GLN of the party or place `reference` below `prefix`. Raises NumbersExhausted like `gtin14`."""
    body = _body(prefix, reference)
    return body + check_digit(body)


def _body(prefix: str, reference: int) -> str:
    width = _DIGITS_BEFORE_CHECK - len(prefix)
    if reference < 0 or width < 1 or reference >= 10**width:
        raise NumbersExhausted
    return f"{prefix}{reference:0{width}d}"
