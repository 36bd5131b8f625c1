"""Pure decisions about offers."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.i18n import lazy_gettext as _l
from core.money import MAX_AMOUNT_VND
from market.offers.models import SaleUnit

MIN_PRICE_VND = 1_000
MAX_CONTENT_QUANTITY = 10_000
MAX_STOCK = 1_000_000

RowErrors = dict[int, dict[str, object]]
"""Messages by position of the row (from 0) and name of the field."""


@dataclass(frozen=True)
class OfferValues:
    """One way to sell a product, as the producer wants it.

    `price_vnd` in dong for one sold unit; `content_quantity` units of the product's lots go into one; `on_hand` counts
    sold units.
    """

    unit: SaleUnit
    price_vnd: int
    content_quantity: int
    on_hand: int


def check_offers(rows: Sequence[OfferValues]) -> RowErrors:
    """What is wrong with `rows`, empty when all is well; the database holds the same limits."""
    errors: RowErrors = {}
    seen: set[SaleUnit] = set()
    for position, row in enumerate(rows):
        found: dict[str, object] = {}
        if row.unit in seen:
            found["unit"] = _l("This unit is there twice. Each unit needs one row.")
        if not MIN_PRICE_VND <= row.price_vnd <= MAX_AMOUNT_VND:
            found["price_vnd"] = _l("A price is between 1.000 ₫ and 99.999.999 ₫.")
        if not 1 <= row.content_quantity <= MAX_CONTENT_QUANTITY:
            found["content_quantity"] = _l("The content is a number from 1 to 10.000.")
        if not 0 <= row.on_hand <= MAX_STOCK:
            found["on_hand"] = _l("The stock is a number from 0 to 1.000.000.")
        if found:
            errors[position] = found
        seen.add(row.unit)
    return errors
