"""Where to buy a product, for the public trace record of its lots."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from market.offers.units import base_unit_of, unit_label
from traceability.passport.offers import BuyOption, BuyOptionSource

_ACTIVE_OFFERS = """
    SELECT offers.unit, offers.content_quantity, offers.price_vnd, offers.on_hand > offers.reserved AS available
    FROM offers
    WHERE offers.product_id = products.id AND offers.status = 'active' AND products.status = 'published'
    ORDER BY offers.price_vnd, offers.id
"""


def read_buy_options(rows: Sequence[Mapping[str, Any]], category: str) -> Sequence[BuyOption]:
    """The offers of a published product, cheapest first, from the rows of the query."""
    offers = [SimpleNamespace(**row) for row in rows]
    base_unit = base_unit_of(offers)
    return [
        BuyOption(
            label=unit_label(offer.unit, offer.content_quantity, base_unit, category),
            price_vnd=offer.price_vnd,
            available=offer.available,
        )
        for offer in offers
    ]


BUY_OPTIONS = BuyOptionSource(_ACTIVE_OFFERS, read_buy_options)
