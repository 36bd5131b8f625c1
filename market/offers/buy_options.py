"""Where to buy a product, for the public trace record of its lots."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from sqlalchemy import literal_column, select

from catalog.products.models import ProductVariant
from core.db import settled
from core.i18n import current_locale
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
        ProductVariant.name_vi.label("variant_name_vi"),
        ProductVariant.name_en.label("variant_name_en"),
    )
    .outerjoin(Offer.variant)
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
            label=_label(offer, base_unit, category),
            price_vnd=offer.price_vnd,
            available=offer.available,
            needs_cool_chain=offer.needs_cool_chain,
        )
        for offer in offers
    ]


def _label(offer: SimpleNamespace, base_unit: str | None, category: str) -> str:
    variant = offer.variant_name_en if current_locale() == "en" else offer.variant_name_vi
    unit = unit_label(offer.unit, offer.content_quantity, base_unit, category)
    return f"{variant}, {unit}" if variant else unit


BUY_OPTIONS = BuyOptionSource(_ACTIVE_OFFERS, read_buy_options)
