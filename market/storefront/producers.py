"""Reading producers for the shop: their cards, and the page of one."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select

from catalog.places.models import Commune, Province
from catalog.producers.models import Producer
from catalog.products.models import Product, ProductStatus
from core.db import as_json, db
from core.errors import NotFound
from core.web.paging import Page
from market.reviews.models import Review
from market.reviews.rules import Rating
from market.reviews.shown import ShownReview, rating_statement, review_from, shown_reviews
from market.storefront.cards import ProductCard, card_statement, cards_of
from market.storefront.queries import REVIEWS_SHOWN


@dataclass(frozen=True)
class ProducerCard:
    """A producer as a list shows it."""

    slug: str
    name: str
    commune: str
    products: int


def producer_cards(*, limit: int) -> list[ProducerCard]:
    """The producers with published products who joined first, in one query."""
    published = (
        select(func.count())
        .where(Product.producer_id == Producer.id, Product.status == ProductStatus.PUBLISHED)
        .correlate(Producer)
        .scalar_subquery()
    )
    some = (
        select(Product.id).where(Product.producer_id == Producer.id, Product.status == ProductStatus.PUBLISHED).exists()
    )
    rows = db.session.execute(
        select(Producer.slug, Producer.name, Commune.name.label("commune"), published.label("products"))
        .join(Commune, Commune.code == Producer.commune_code)
        .where(some)
        .order_by(Producer.id)
        .limit(limit)
    )
    return [ProducerCard(**row._asdict()) for row in rows]


@dataclass(frozen=True)
class ProducerPage:
    """A producer with one page of their products, and what buyers said last."""

    producer: Row[*tuple[Any, ...]]
    cards: Page[ProductCard]
    rating: Rating
    reviews: list[ShownReview]


def get_producer_page(slug: str, *, page: int, per_page: int = 24) -> ProducerPage:
    """The producer with `slug`, in four queries. Raises NotFound."""
    producer = db.session.execute(
        select(
            Producer.id,
            Producer.slug,
            Producer.name,
            Producer.kind,
            Producer.gln,
            Producer.address,
            Producer.story_vi,
            Producer.story_en,
            Producer.is_sample,
            Commune.name.label("commune"),
            Commune.latitude,
            Commune.longitude,
            Province.name.label("province"),
            as_json(rating_statement().where(Review.producer_id == Producer.id).correlate(Producer), "rating"),
        )
        .join(Commune, Commune.code == Producer.commune_code)
        .join(Province, Province.code == Commune.province_code)
        .where(Producer.slug == slug)
    ).one_or_none()
    if producer is None:
        raise NotFound
    condition = (Product.producer_id == producer.id, Product.status == ProductStatus.PUBLISHED)
    total = db.session.scalar(select(func.count()).select_from(Product).where(*condition)) or 0
    cards = cards_of(
        card_statement()
        .where(Product.producer_id == producer.id)
        .order_by(Product.id.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    rating = Rating(**producer.rating[0])
    newest = shown_reviews().where(Review.producer_id == producer.id).limit(REVIEWS_SHOWN)
    reviews = [review_from(row._asdict()) for row in db.session.execute(newest)]
    return ProducerPage(producer, Page(cards, page, per_page, total), rating, reviews)
