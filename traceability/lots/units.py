"""What lots are counted in, for people and for EPCIS."""

from collections.abc import Callable
from enum import StrEnum

from core.i18n import format_number, gettext, ngettext
from core.i18n import lazy_gettext as _l


class LotUnit(StrEnum):
    """What one counted unit of a lot is; the same codes as offers use."""

    PIECE = "piece"
    KILOGRAM = "kg"
    HUNDRED_GRAMS = "100g"
    PAIR = "pair"
    BOX = "box"
    BOTTLE = "bottle"
    JAR = "jar"
    BAG = "bag"
    PACK = "pack"


UNIT_NAMES = {
    LotUnit.PIECE: _l("piece or fruit"),
    LotUnit.KILOGRAM: _l("kilogram"),
    LotUnit.HUNDRED_GRAMS: _l("100 grams"),
    LotUnit.PAIR: _l("pair"),
    LotUnit.BOX: _l("box"),
    LotUnit.BOTTLE: _l("bottle"),
    LotUnit.JAR: _l("jar"),
    LotUnit.BAG: _l("bag"),
    LotUnit.PACK: _l("pack"),
}

UN_CEFACT_CODES = {
    LotUnit.KILOGRAM: "KGM",
    LotUnit.HUNDRED_GRAMS: "KGM",
    LotUnit.PAIR: "PR",
    LotUnit.BOX: "XBX",
    LotUnit.BOTTLE: "XBO",
    LotUnit.JAR: "XJR",
    LotUnit.BAG: "XBG",
    LotUnit.PACK: "XPK",
}
"""Codes of UN/CEFACT Recommendations 20 and 21; pieces have none, EPCIS counts them bare."""

UNIT_GRAMS = {LotUnit.KILOGRAM: 1000, LotUnit.HUNDRED_GRAMS: 100}
"""What one unit weighs where the unit is a weight. Lots in these units are weighed, all others are counted."""


_COUNTED: dict[str, Callable[[int, str], str]] = {
    LotUnit.PIECE: lambda count, amount: ngettext("%(amount)s piece", "%(amount)s pieces", count, amount=amount),
    LotUnit.PAIR: lambda count, amount: ngettext("%(amount)s pair", "%(amount)s pairs", count, amount=amount),
    LotUnit.BOX: lambda count, amount: ngettext("%(amount)s box", "%(amount)s boxes", count, amount=amount),
    LotUnit.BOTTLE: lambda count, amount: ngettext("%(amount)s bottle", "%(amount)s bottles", count, amount=amount),
    LotUnit.JAR: lambda count, amount: ngettext("%(amount)s jar", "%(amount)s jars", count, amount=amount),
    LotUnit.BAG: lambda count, amount: ngettext("%(amount)s bag", "%(amount)s bags", count, amount=amount),
    LotUnit.PACK: lambda count, amount: ngettext("%(amount)s pack", "%(amount)s packs", count, amount=amount),
}


def format_quantity(quantity: int, unit: str, category: str) -> str:
    """So many units in words: "500 quả", "500 fruits"; fruit is counted as fruit, everything else by its unit."""
    number = format_number(quantity)
    if unit in (LotUnit.KILOGRAM, LotUnit.HUNDRED_GRAMS):
        return f"{format_number(quantity / 10)} kg" if unit == LotUnit.HUNDRED_GRAMS else f"{number} kg"
    if unit == LotUnit.PIECE and category == "fruit":
        return str(ngettext("%(amount)s fruit", "%(amount)s fruits", quantity, amount=number))
    in_words = _COUNTED.get(unit)
    if in_words is not None:
        return str(in_words(quantity, number))
    return str(gettext("%(amount)s units", amount=number))
