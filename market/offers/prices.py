"""What an offer costs whom: its price, cheaper tiers, and the price lists of business buyers."""

import uuid
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, ScalarSelect, SQLColumnExpression, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from market.offers.models import Offer, PriceList, PriceListBuyer, PriceListPrice, PriceTier


def unit_price(
    quantity: SQLColumnExpression[int] | int, buyer_id: uuid.UUID | BindParameter[uuid.UUID] | None
) -> ColumnElement[int]:
    """The SQL of what one sold unit costs in dong in a line of `quantity`, for the account `buyer_id` if there is one.

    The lowest that applies: the offer's price, its tiers, and the lists that the buyer is on. The statement around it
    selects from offers.
    """
    tier = (
        select(func.min(PriceTier.price_vnd))
        .where(PriceTier.offer_id == Offer.id, PriceTier.from_quantity <= quantity)
        .correlate_except(PriceTier)
        .scalar_subquery()
    )
    if buyer_id is None:
        return func.least(Offer.price_vnd, tier)
    listed = (
        select(func.min(PriceListPrice.price_vnd))
        .join_from(PriceListPrice, PriceList, PriceList.id == PriceListPrice.price_list_id)
        .join(PriceListBuyer, PriceListBuyer.price_list_id == PriceList.id)
        .where(
            PriceListPrice.offer_id == Offer.id,
            PriceListPrice.from_quantity <= quantity,
            PriceListBuyer.user_id == buyer_id,
            PriceList.ended_at.is_(None),
        )
        .correlate_except(PriceListPrice, PriceList, PriceListBuyer)
        .scalar_subquery()
    )
    return func.least(Offer.price_vnd, tier, listed)


def tiers_as_json() -> ScalarSelect[Any]:
    """The SQL of an offer's tiers as JSON objects with `from` and `price`, from the smallest on; NULL without any."""
    tier = func.json_build_object("from", PriceTier.from_quantity, "price", PriceTier.price_vnd)
    return (
        select(func.json_agg(aggregate_order_by(tier, PriceTier.from_quantity)))
        .where(PriceTier.offer_id == Offer.id)
        .correlate(Offer)
        .scalar_subquery()
    )
