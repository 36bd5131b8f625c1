"""Product cards: what lists of products show of each, whoever made the list."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, case, func, select, true

from catalog.places.models import Commune
from catalog.producers.models import Producer
from catalog.products.models import Product, ProductStatus
from catalog.search.engine import SearchHit
from core.db import db
from market.offers.availability import available_units
from market.offers.models import Offer, OfferStatus


@dataclass(frozen=True)
class ProductCard:
    """A product as a list shows it; `price_from_vnd` in dong is None when it is not on sale."""

    id: uuid.UUID
    slug: str
    name_vi: str
    name_en: str
    category: str
    illustration: str
    photo_key: str | None
    producer_name: str
    commune: str
    ocop_stars: int | None
    geographical_indication: str | None
    price_from_vnd: int | None
    unit: str | None
    content_quantity: int | None
    offers: int
    available: bool
    needs_cool_chain: bool

    @property
    def from_price(self) -> bool:
        """Whether other offers cost more."""
        return self.offers > 1

    @property
    def sold_out(self) -> bool:
        """Whether it is on sale but nothing is left."""
        return self.price_from_vnd is not None and not self.available


def card_statement() -> Select[*tuple[Any, ...]]:
    """Columns of a card, from published products with their cheapest offer; callers add conditions, order and limit."""
    available = available_units() > 0
    cheapest = (
        select(
            Offer.price_vnd,
            Offer.unit,
            Offer.content_quantity,
            available.label("available"),
            func.count().over().label("offers"),
            func.bool_or(Offer.needs_cool_chain).over().label("needs_cool_chain"),
        )
        .where(Offer.product_id == Product.id, Offer.status == OfferStatus.ACTIVE)
        .order_by(case((available, 0), else_=1), Offer.price_vnd, Offer.id)
        .limit(1)
        .lateral("cheapest")
    )
    return (
        select(
            Product.id,
            Product.slug,
            Product.name_vi,
            Product.name_en,
            Product.category,
            Product.illustration,
            Product.photo_key,
            Producer.name.label("producer_name"),
            Commune.name.label("commune"),
            Product.ocop_stars,
            Product.geographical_indication,
            cheapest.c.price_vnd.label("price_from_vnd"),
            cheapest.c.unit,
            cheapest.c.content_quantity,
            func.coalesce(cheapest.c.offers, 0).label("offers"),
            func.coalesce(cheapest.c.available, False).label("available"),
            func.coalesce(cheapest.c.needs_cool_chain, False).label("needs_cool_chain"),
        )
        .join(Producer, Producer.id == Product.producer_id)
        .join(Commune, Commune.code == Product.commune_code)
        .outerjoin(cheapest, true())
        .where(Product.status == ProductStatus.PUBLISHED)
    )


def card_from(row: Row[*tuple[Any, ...]]) -> ProductCard:
    """The card in a row of `card_statement`."""
    return ProductCard(**row._asdict())


def cards_of(statement: Select[*tuple[Any, ...]]) -> list[ProductCard]:
    """The cards of a narrowed `card_statement`, in one query."""
    return [card_from(row) for row in db.session.execute(statement)]


def cards_in_order(product_ids: Sequence[uuid.UUID]) -> list[ProductCard]:
    """The cards of these products, in this order, in one query; unpublished ones are left out."""
    if not product_ids:
        return []
    cards = {card.id: card for card in cards_of(card_statement().where(Product.id.in_(product_ids)))}
    return [cards[product_id] for product_id in product_ids if product_id in cards]


def card_from_hit(hit: SearchHit) -> ProductCard:
    """The card of a product that the search engine found; the engine's document holds all of it."""
    return ProductCard(
        id=hit.id,
        slug=hit.slug,
        name_vi=hit.name_vi,
        name_en=hit.name_en,
        category=hit.category,
        illustration=hit.illustration,
        photo_key=hit.photo_key,
        producer_name=hit.producer_name,
        commune=hit.commune_name,
        ocop_stars=hit.stars,
        geographical_indication=hit.gi,
        price_from_vnd=hit.price_from_vnd,
        unit=hit.unit,
        content_quantity=1,
        offers=2 if hit.several_prices else 1,
        available=hit.available > 0,
        needs_cool_chain=hit.needs_cool_chain,
    )
