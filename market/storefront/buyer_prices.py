"""Prices that a signed-in business buyer has by price lists, laid over pages whose own queries know public prices only.

Nobody who is not signed in causes a query here.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from sqlalchemy import Select, func, select, union

from core.db import db
from market.offers.availability import available_units
from market.offers.models import Offer, OfferStatus, PriceList, PriceListBuyer, PriceListPrice, PriceTier
from market.offers.prices import unit_price
from market.storefront.cards import ProductCard
from market.storefront.queries import ProductOffer


def offers_for(buyer_id: uuid.UUID | None, offers: Sequence[ProductOffer]) -> list[ProductOffer]:
    """The offers of a product at what they cost this account, from the smallest quantity on; in one query.

    An offer that costs it less than others says so by `usual_price_vnd`.
    """
    if buyer_id is None or not offers:
        return list(offers)
    offer_ids = [uuid.UUID(offer.id) for offer in offers]
    steps = _quantities(buyer_id, offer_ids).subquery()
    rows = db.session.execute(
        select(Offer.id, steps.c.quantity, unit_price(steps.c.quantity, buyer_id).label("price_vnd"))
        .join(steps, steps.c.offer_id == Offer.id)
        .where(steps.c.quantity >= Offer.min_quantity)
        .order_by(Offer.id, steps.c.quantity)
    ).all()
    prices = {
        str(offer_id): [(row.quantity, row.price_vnd) for row in group]
        for offer_id, group in groupby(rows, key=lambda row: row.id)
    }
    return [_at(offer, prices.get(offer.id, [])) for offer in offers]


def cards_for(buyer_id: uuid.UUID | None, cards: Sequence[ProductCard]) -> list[ProductCard]:
    """The cards with what their products cost this account, where that is less than others pay; in one query."""
    if buyer_id is None or not cards:
        return list(cards)
    rows = db.session.execute(
        select(Offer.product_id, func.min(unit_price(Offer.min_quantity, buyer_id)))
        .where(
            Offer.product_id.in_([card.id for card in cards]),
            Offer.status == OfferStatus.ACTIVE,
            Offer.id.in_(_listed(buyer_id).with_only_columns(PriceListPrice.offer_id)),
            available_units() > 0,
        )
        .group_by(Offer.product_id)
    )
    listed = {product_id: int(price_vnd) for product_id, price_vnd in rows}
    return [
        replace(card, price_from_vnd=listed[card.id])
        if card.price_from_vnd is not None and listed.get(card.id, card.price_from_vnd) < card.price_from_vnd
        else card
        for card in cards
    ]


def _at(offer: ProductOffer, steps: Sequence[tuple[int, int]]) -> ProductOffer:
    if not steps:
        return offer
    price = steps[0][1]
    tiers: list[dict[str, int]] = []
    for quantity, cheaper in steps[1:]:
        if cheaper < (tiers[-1]["price"] if tiers else price):
            tiers.append({"from": quantity, "price": cheaper})
    usual = offer.price_vnd if price < offer.price_vnd else None
    return replace(offer, price_vnd=price, tiers=tiers or None, usual_price_vnd=usual)


def _quantities(buyer_id: uuid.UUID, offer_ids: Sequence[uuid.UUID]) -> Select[uuid.UUID, int]:
    """The quantities from which the price of these offers may be another one."""
    least = select(Offer.id.label("offer_id"), Offer.min_quantity.label("quantity")).where(Offer.id.in_(offer_ids))
    tiers = select(PriceTier.offer_id, PriceTier.from_quantity).where(PriceTier.offer_id.in_(offer_ids))
    listed = _listed(buyer_id).where(PriceListPrice.offer_id.in_(offer_ids))
    together = union(least, tiers, listed).subquery()
    return select(together.c.offer_id, together.c.quantity)


def _listed(buyer_id: uuid.UUID) -> Select[uuid.UUID, int]:
    """Offers and quantities on the price lists that the account is on."""
    return (
        select(PriceListPrice.offer_id, PriceListPrice.from_quantity)
        .join(PriceList, PriceList.id == PriceListPrice.price_list_id)
        .join(PriceListBuyer, PriceListBuyer.price_list_id == PriceList.id)
        .where(PriceListBuyer.user_id == buyer_id, PriceList.ended_at.is_(None))
    )
