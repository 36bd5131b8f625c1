"""Where to buy a product, for the public trace record of its lots."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from sqlalchemy import literal_column, select

from core.db import settled
from market.offers.availability import available_units
from market.offers.models import Offer, OfferStatus
from market.offers.units import base_unit_of, unit_label
from traceability.passport.offers import BuyOption, BuyOptionSource

_ACTIVE_OFFERS = settled(
    select(
        Offer.unit,
        Offer.content_quantity,
        Offer.price_vnd,
        (available_units() > 0).label("available"),
        Offer.needs_cool_chain,
    )
    .where(
        # The row of the trace page's own query, which this one stands in.
        Offer.product_id == literal_column("products.id"),
        Offer.status == OfferStatus.ACTIVE,
        literal_column("products.status = 'published'"),
    )
    .order_by(Offer.price_vnd, Offer.id)
).sql


def read_buy_options(rows: Sequence[Mapping[str, Any]], category: str) -> Sequence[BuyOption]:
    """The offers of a published product, cheapest first, from the rows of the query."""
    offers = [SimpleNamespace(**row) for row in rows]
    base_unit = base_unit_of(offers)
    return [
        BuyOption(
            label=unit_label(offer.unit, offer.content_quantity, base_unit, category),
            price_vnd=offer.price_vnd,
            available=offer.available,
            needs_cool_chain=offer.needs_cool_chain,
        )
        for offer in offers
    ]


BUY_OPTIONS = BuyOptionSource(_ACTIVE_OFFERS, read_buy_options)
