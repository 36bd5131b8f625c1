"""Reading for the public pages: front page, product, producer."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from catalog.places.models import Commune, Province
from catalog.producers.models import Producer
from catalog.products.models import Category, Product, ProductStatus, ProductVariant
from core.db import as_json, db
from core.errors import NotFound
from market.delivery.models import DeliveryMethod
from market.delivery.rules import Shipment
from market.delivery.shown import ShownWay, lowest_site_fee, shown_methods, ways_from
from market.offers.availability import available_units, open_cycle_id
from market.offers.models import Offer, OfferStatus, OrderCycle
from market.offers.prices import tiers_as_json
from market.offers.rules import Quantities, unit_grams
from market.questions.models import Question
from market.questions.shown import ShownQuestion, question_from, shown_questions
from market.reviews.models import Review
from market.reviews.rules import Rating
from market.reviews.shown import ShownReview, rating_statement, review_from, shown_reviews
from market.storefront.cards import ProductCard, card_statement, cards_in_order, cards_of
from traceability.lots.models import Lot

LATEST_LOTS = 4
RELATED_PRODUCTS = 4
REVIEWS_SHOWN = 3
QUESTIONS_SHOWN = 3
SEASON_DAYS = 60
"""A harvest this young makes a product one of the season."""
GROWN = (
    Category.FRUIT,
    Category.VEGETABLE,
    Category.GRAIN,
    Category.HONEY,
    Category.SEAFOOD,
    Category.TEA,
    Category.MUSHROOM,
)
"""What has a season; a knife or a sauce is made all year."""


@dataclass(frozen=True)
class ProductOffer:
    """One way to buy the product; `available` sold units are left, `price_vnd` in dong is for one.

    `usual_price_vnd` is what others pay, where the reader pays less by a price list.
    """

    id: str
    unit: str
    content_quantity: int
    price_vnd: int
    available: int
    min_quantity: int = 1
    quantity_step: int = 1
    max_quantity: int | None = None
    price_per_kg_vnd: int | None = None
    average_grams: int | None = None
    weight_tolerance_percent: int | None = None
    is_preorder: bool = False
    harvest_from: date | None = None
    harvest_until: date | None = None
    tiers: list[dict[str, int]] | None = None
    usual_price_vnd: int | None = None
    shipping_grams: int | None = None
    needs_cool_chain: bool = False
    variant_name_vi: str | None = None
    variant_name_en: str | None = None

    @property
    def shipment(self) -> Shipment:
        """The smallest parcel of it; whether it is kept cold does not matter here."""
        grams = unit_grams(
            unit=self.unit,
            content_quantity=self.content_quantity,
            average_grams=self.average_grams,
            shipping_grams=self.shipping_grams,
        )
        return Shipment(grams=grams * self.min_quantity, goods_vnd=self.price_vnd * self.min_quantity)

    @property
    def quantities(self) -> Quantities:
        """How many one order takes."""
        return Quantities(self.min_quantity, self.quantity_step, self.max_quantity)


@dataclass(frozen=True)
class VariantOffers:
    """The ways to buy one variant of the product, or the product itself; the names are None then."""

    name_vi: str | None
    name_en: str | None
    offers: list[ProductOffer]


@dataclass(frozen=True)
class LatestLot:
    """A lot of the product."""

    lot_number: str
    harvested_on: date


@dataclass(frozen=True)
class ProductPage:
    """All that the page of a product shows; `product` carries columns only, so nothing is loaded later."""

    product: Row[*tuple[Any, ...]]
    offers: list[ProductOffer]
    lots: list[LatestLot]
    related: list[ProductCard]
    rating: Rating
    reviews: list[ShownReview]
    questions: list[ShownQuestion]
    ways: list[ShownWay]

    @property
    def available(self) -> bool:
        """Whether any offer can be bought now."""
        return any(offer.available > 0 for offer in self.offers)

    @property
    def cheapest(self) -> ProductOffer:
        """The offer that a card would name: the cheapest that can be bought now, else the cheapest of all."""
        return min(self.offers, key=lambda offer: (offer.available <= 0, offer.price_vnd))

    @property
    def offers_by_variant(self) -> list[VariantOffers]:
        """The offers by their variants, in the order of these."""
        groups = groupby(self.offers, key=lambda offer: (offer.variant_name_vi, offer.variant_name_en))
        return [VariantOffers(*names, list(offers)) for names, offers in groups]

    @property
    def all_cold(self) -> bool:
        """Whether it must be kept cold on the way, however it is sold."""
        return bool(self.offers) and all(offer.needs_cool_chain for offer in self.offers)

    @property
    def some_cold(self) -> bool:
        """Whether some ways to buy it must be kept cold, and others need not."""
        return not self.all_cold and any(offer.needs_cool_chain for offer in self.offers)

    @property
    def ways_for_it(self) -> list[ShownWay]:
        """How it can reach a buyer: cooled, or picked up, where it must be kept cold."""
        return [way for way in self.ways if way.keeps_cold or not self.all_cold]


_PRODUCT = (
    select(
        Product.id,
        Product.gtin,
        Product.slug,
        Product.name_vi,
        Product.name_en,
        Product.category,
        Product.description_vi,
        Product.description_en,
        Product.ocop_stars,
        Product.geographical_indication,
        Product.brand,
        Product.standards,
        Product.stages,
        Product.storage,
        Product.shelf_life_days,
        Product.illustration,
        Product.photo_key,
        Product.producer_id,
        Producer.slug.label("producer_slug"),
        Producer.name.label("producer_name"),
        Commune.name.label("commune"),
        Commune.code.label("commune_code"),
        Commune.latitude,
        Commune.longitude,
        Province.name.label("province"),
    )
    .join(Producer, Producer.id == Product.producer_id)
    .join(Commune, Commune.code == Product.commune_code)
    .join(Province, Province.code == Commune.province_code)
    .where(Product.status == ProductStatus.PUBLISHED)
)


_SLUG = bindparam("slug", type_=Product.slug.type)
_PRODUCT_BY_SLUG = _PRODUCT.where(Product.slug == _SLUG)
_PRODUCT_ID = bindparam("product_id", type_=Product.id.type)
_PRODUCER_ID = bindparam("producer_id", type_=Product.id.type)
_BELONGINGS = select(
    as_json(
        select(
            Offer.id,
            Offer.unit,
            Offer.content_quantity,
            Offer.price_vnd,
            available_units().label("available"),
            Offer.min_quantity,
            Offer.quantity_step,
            Offer.max_quantity,
            Offer.price_per_kg_vnd,
            Offer.average_grams,
            Offer.weight_tolerance_percent,
            Offer.is_preorder,
            OrderCycle.harvest_from,
            OrderCycle.harvest_until,
            tiers_as_json().label("tiers"),
            Offer.shipping_grams,
            Offer.needs_cool_chain,
            ProductVariant.name_vi.label("variant_name_vi"),
            ProductVariant.name_en.label("variant_name_en"),
        )
        .outerjoin(Offer.variant)
        .outerjoin(OrderCycle, Offer.is_preorder & (OrderCycle.id == open_cycle_id()))
        .where(Offer.product_id == _PRODUCT_ID, Offer.status == OfferStatus.ACTIVE)
        .order_by(ProductVariant.position.nulls_first(), Offer.price_vnd, Offer.id),
        "offers_now",
    ),
    as_json(
        select(Lot.lot_number, Lot.harvested_on)
        .where(Lot.product_id == _PRODUCT_ID)
        .order_by(Lot.id.desc())
        .limit(LATEST_LOTS),
        "latest_lots",
    ),
    as_json(
        card_statement()
        .where(Product.producer_id == _PRODUCER_ID, Product.id != _PRODUCT_ID)
        .order_by(Product.id.desc())
        .limit(RELATED_PRODUCTS),
        "related",
    ),
    as_json(rating_statement().where(Review.product_id == _PRODUCT_ID), "rating"),
    as_json(shown_reviews().where(Review.product_id == _PRODUCT_ID).limit(REVIEWS_SHOWN), "newest_reviews"),
    as_json(shown_questions().where(Question.product_id == _PRODUCT_ID).limit(QUESTIONS_SHOWN), "newest_questions"),
    as_json(shown_methods().where(DeliveryMethod.producer_id == _PRODUCER_ID), "delivery_methods_now"),
    lowest_site_fee().label("site_from_vnd"),
)


def get_product_page(slug: str) -> ProductPage:
    """The published product with `slug`, in two queries whatever belongs to it. Raises NotFound.

    They run on the connection itself, since this page is the busiest: it needs columns, not objects to change.
    """
    connection = db.session.connection()
    product = connection.execute(_PRODUCT_BY_SLUG, {"slug": slug}).one_or_none()
    if product is None:
        raise NotFound
    found = connection.execute(_BELONGINGS, {"product_id": product.id, "producer_id": product.producer_id}).one()
    offers = [_offer(values) for values in found.offers_now or ()]
    smallest = next((offer.shipment for offer in offers if offer.available > 0), None)
    return ProductPage(
        product=product,
        offers=offers,
        lots=[
            LatestLot(values["lot_number"], date.fromisoformat(values["harvested_on"]))
            for values in found.latest_lots or ()
        ],
        related=[ProductCard(**values | {"id": uuid.UUID(values["id"])}) for values in found.related or ()],
        rating=Rating(**found.rating[0]),
        reviews=[review_from(values) for values in found.newest_reviews or ()],
        questions=[question_from(values) for values in found.newest_questions or ()],
        ways=ways_from(found.delivery_methods_now or (), smallest, site_from_vnd=found.site_from_vnd)
        if smallest is not None
        else [],
    )


def _offer(values: dict[str, Any]) -> ProductOffer:
    days = {name: date.fromisoformat(values[name]) for name in ("harvest_from", "harvest_until") if values[name]}
    return ProductOffer(**values | days)


def fresh_cards(today: date, *, limit: int) -> list[ProductCard]:
    """Grown products harvested within SEASON_DAYS before `today`, the newest lots first, in two queries."""
    recent = (
        select(Lot.product_id, Lot.harvested_on)
        .join(Product, Product.id == Lot.product_id)
        .where(Product.category.in_(GROWN))
        .order_by(Lot.created_at.desc(), Lot.id.desc())
        .limit(limit * 20)
        .subquery()
    )
    product_ids = db.session.scalars(
        select(recent.c.product_id)
        .where(recent.c.harvested_on >= today - timedelta(days=SEASON_DAYS))
        .group_by(recent.c.product_id)
        .order_by(func.max(recent.c.harvested_on).desc(), recent.c.product_id)
        .limit(limit)
    ).all()
    return cards_in_order(product_ids)


def newest_cards(*, limit: int) -> list[ProductCard]:
    """The products that were added last."""
    return cards_of(card_statement().order_by(Product.created_at.desc(), Product.id.desc()).limit(limit))
