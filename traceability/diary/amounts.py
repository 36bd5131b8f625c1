"""Amounts as people write them, and as whole numbers of the base units gram, millilitre and piece."""

from decimal import Decimal
from typing import Final

from core.i18n import current_locale
from core.i18n import lazy_gettext as _l
from traceability.diary.errors import AmountImpossible
from traceability.diary.store_models import AmountUnit

LARGEST: Final = 1_000_000_000_000
"""Base units; a million tonnes or cubic metres."""

_WRITTEN: Final = {
    "kg": (AmountUnit.GRAM, 1000),
    "g": (AmountUnit.GRAM, 1),
    "tonne": (AmountUnit.GRAM, 1_000_000),
    "l": (AmountUnit.MILLILITRE, 1000),
    "ml": (AmountUnit.MILLILITRE, 1),
    "m3": (AmountUnit.MILLILITRE, 1_000_000),
    "piece": (AmountUnit.PIECE, 1),
}
WRITTEN_UNITS: Final = {
    "kg": _l("kg"),
    "g": _l("g"),
    "l": _l("litres"),
    "ml": _l("ml"),
    "m3": _l("m³"),
    "tonne": _l("tonnes"),
    "piece": _l("pieces"),
}
"""What an amount may be written in, with its name."""

UNIT_NAMES: Final = {
    AmountUnit.GRAM: _l("g or kg"),
    AmountUnit.MILLILITRE: _l("ml or litres"),
    AmountUnit.PIECE: _l("pieces"),
}


def base_amount(number: Decimal, written: str, *, field: str = "amount") -> tuple[int, AmountUnit]:
    """`number` of a unit of `WRITTEN_UNITS` in whole base units, "1.5", "kg" as 1500 grams.

    Raises AmountImpossible for `field` when it is none or less, too large, or finer than the base unit.
    """
    unit, factor = _WRITTEN[written]
    amount = number * factor
    if not 0 < amount <= LARGEST or amount != int(amount):
        raise AmountImpossible(field=field)
    return int(amount), unit


def written_amount(amount: int, unit: AmountUnit | str) -> tuple[Decimal, str]:
    """The amount in the unit that people would write it in: 1500 grams as 1.5, "kg"."""
    if unit == AmountUnit.PIECE:
        return Decimal(amount), "piece"
    large, small = ("kg", "g") if unit == AmountUnit.GRAM else ("l", "ml")
    return (Decimal(amount) / 1000, large) if amount >= 1000 else (Decimal(amount), small)


def format_decimal(number: Decimal | int, *, grouped: bool = True) -> str:
    """`number` with at most three decimals: "1.200,5" in Vietnamese, "1,200.5" in English; ungrouped for forms."""
    text = f"{number:,.3f}" if grouped else f"{number:.3f}"
    text = text.rstrip("0").rstrip(".")
    return text if current_locale() == "en" else text.translate(str.maketrans(",.", ".,"))


def format_amount(amount: int, unit: AmountUnit | str) -> str:
    """The amount for readers: "1,5 kg", "250 ml", "300 cái"."""
    number, written = written_amount(amount, unit)
    return f"{format_decimal(number)} {WRITTEN_UNITS[written]}"
