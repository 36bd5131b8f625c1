"""How much of a lot: grams always, and units where it is counted. Pure arithmetic; nothing is rounded away."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from core.i18n import format_number
from traceability.lots.units import UN_CEFACT_CODES, UNIT_GRAMS, LotUnit, format_quantity


@dataclass(frozen=True, slots=True)
class Amount:
    """So many `grams`, and so many `units` of a lot that is counted; a lot that is weighed has no units."""

    grams: int
    units: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.grams + other.grams, self.units + other.units)

    def __sub__(self, other: "Amount") -> "Amount":
        return Amount(self.grams - other.grams, self.units - other.units)

    def __bool__(self) -> bool:
        return self != NOTHING


NOTHING: Final = Amount(0)


def is_weighed(unit: str) -> bool:
    """Whether a lot in `unit` is weighed (kilograms, hundreds of grams) and not counted."""
    return unit in UNIT_GRAMS


def amount_of(unit: str, *, units: int, weight_grams: int) -> Amount:
    """The amount of a lot in `unit`: its weight, and the units when it is counted."""
    return Amount(weight_grams) if is_weighed(unit) else Amount(weight_grams, units)


def whole_units(unit: str, amount: Amount) -> int:
    """How many whole units of `unit` there are in `amount`: what can be packed for an order."""
    return amount.grams // UNIT_GRAMS[LotUnit(unit)] if is_weighed(unit) else amount.units


def part_of(held: Amount, units: int) -> Amount:
    """`units` out of `held`, with their share of its weight; the last ones take all that is left of it.

    `units` must not be more than are held, and at least one.
    """
    if not 0 < units <= held.units:
        raise ValueError(units)
    return Amount(held.grams * units // held.units, units)


def shared_out(total: int, weights: Sequence[int]) -> list[int]:
    """`total` split in proportion to `weights`, so that the parts add up to it (largest remainders get the rest)."""
    whole = sum(weights)
    if whole <= 0:
        raise ValueError(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: (-(total * weights[index] % whole), index))
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts


def total_of(amounts: Iterable[Amount]) -> Amount:
    """All of them together."""
    return sum(amounts, NOTHING)


def measured(amount: Amount, unit: str) -> tuple[int | Decimal, str | None]:
    """`amount` as EPCIS says it: a number and its UN/CEFACT code (KGM for what is weighed), None for bare pieces."""
    if is_weighed(unit):
        return Decimal(amount.grams) / 1000, "KGM"
    return amount.units, UN_CEFACT_CODES.get(LotUnit(unit))


def format_kilograms(grams: int) -> str:
    """A weight in words: "12,5 kg"."""
    return f"{format_number(grams / 1000)} kg"


def format_amount(amount: Amount, unit: str, category: str, *, with_weight: bool = False) -> str:
    """`amount` in words: "12,5 kg", "500 quả"; `with_weight` adds the kilograms of what is counted."""
    if is_weighed(unit):
        return format_kilograms(amount.grams)
    counted = format_quantity(amount.units, unit, category)
    return f"{counted} ({format_kilograms(amount.grams)})" if with_weight else counted


_GROUPED: Final = {
    "vi": re.compile(r"[1-9]\d{0,2}(\.\d{3})+(,\d{1,3})?"),
    "en": re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d{1,3})?"),
}
_PLAIN: Final = re.compile(r"\d{1,9}([.,]\d{1,3})?")


def parse_kilograms(text: str, locale: str) -> int:
    """Grams from kilograms as people here write them, to the gram; raises ValueError.

    "12,5" and "12.5" are the same. A sign followed by three digits groups thousands where the reader's language
    writes it so: "1.200" is 1200 kg in Vietnamese and 1.2 kg in English.
    """
    bare = text.strip().removesuffix("kg").strip().translate(dict.fromkeys(map(ord, " \u00a0\u202f")))
    group, point = (",", ".") if locale == "en" else (".", ",")
    if _GROUPED["en" if locale == "en" else "vi"].fullmatch(bare):
        bare = bare.replace(group, "").replace(point, ".")
    elif _PLAIN.fullmatch(bare) is None or not bare.isascii():
        raise ValueError(text)
    return int(Decimal(bare.replace(",", ".")) * 1000)
