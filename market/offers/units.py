"""The names of sale units, as price tags say them."""

from collections.abc import Iterable
from typing import Protocol

from catalog.products.models import Category
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from market.offers.models import SaleUnit

UNIT_NAMES = {
    SaleUnit.PIECE: _l("piece"),
    SaleUnit.KILOGRAM: _l("kg"),
    SaleUnit.HUNDRED_GRAMS: _l("100 g"),
    SaleUnit.PAIR: _l("pair"),
    SaleUnit.BOX: _l("box"),
    SaleUnit.BOTTLE: _l("bottle"),
    SaleUnit.JAR: _l("jar"),
    SaleUnit.BAG: _l("bag"),
    SaleUnit.PACK: _l("pack"),
    SaleUnit.TICKET: _l("ticket"),
}
_SEVERAL = {
    SaleUnit.PIECE: _l("pieces"),
    SaleUnit.KILOGRAM: _l("kg"),
    SaleUnit.HUNDRED_GRAMS: _l("× 100 g"),
    SaleUnit.PAIR: _l("pairs"),
    SaleUnit.BOX: _l("boxes"),
    SaleUnit.BOTTLE: _l("bottles"),
    SaleUnit.JAR: _l("jars"),
    SaleUnit.BAG: _l("bags"),
    SaleUnit.PACK: _l("packs"),
    SaleUnit.TICKET: _l("tickets"),
}


_FRUITS = (Category.FRUIT, Category.VEGETABLE)


def unit_label(unit: str, content_quantity: int = 1, base_unit: str | None = None, category: str = "") -> str:
    """What one sold unit is called: "piece", "box of 6", and "box of 6 pieces" where the unit inside is known.

    Vietnamese counts single fruit and single things with different words, so pieces follow the product's category
    where it is given.
    """
    if unit == SaleUnit.PIECE and category:
        name = str(_("fruit") if category in _FRUITS else _("item"))
    else:
        name = str(UNIT_NAMES[SaleUnit(unit)])
    if content_quantity == 1:
        return name
    if base_unit is None or base_unit == unit:
        return str(_("%(unit)s of %(count)s", unit=name, count=content_quantity))
    if base_unit == SaleUnit.PIECE and category:
        inside = str(_("fruits") if category in _FRUITS else _("items"))
    else:
        inside = str(_SEVERAL[SaleUnit(base_unit)])
    return str(_("%(unit)s of %(count)s %(inside)s", unit=name, count=content_quantity, inside=inside))


class OfferedUnit(Protocol):
    """A unit with its content, of whatever shape."""

    unit: SaleUnit
    content_quantity: int


def base_unit_of(offers: Iterable[OfferedUnit]) -> str | None:
    """The unit that the other offers of one product are made of, where there is exactly one that is single."""
    singles = {str(offer.unit) for offer in offers if offer.content_quantity == 1}
    return singles.pop() if len(singles) == 1 else None
