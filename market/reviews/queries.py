"""Reading reviews: for everybody, for the buyer, for the producer."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import contains_eager, joinedload

from catalog.producers.models import Producer
from catalog.producers.queries import producers_of
from catalog.products.models import Product
from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from core.web.paging import Page
from market.moderation.contents import Content
from market.moderation.models import ContentKind
from market.offers.models import Offer
from market.orders.models import Order, OrderLine, Parcel
from market.orders.queries import find_order_id
from market.reviews.models import Review, ReviewAnswer
from market.reviews.policies import may_answer
from market.reviews.rules import Rating
from market.reviews.shown import ShownReview, rating_statement, review_from, shown_reviews


@dataclass(frozen=True)
class ReviewPage:
    """One page of the reviews of a product or a producer, with the rating over all of them."""

    rating: Rating
    reviews: Page[ShownReview]


def page_of_reviews(condition: ColumnElement[bool], *, page: int, per_page: int) -> ReviewPage:
    """The reviews under `condition`, newest first, in two queries."""
    rating = rating_under(condition)
    rows = db.session.execute(shown_reviews().where(condition).limit(per_page).offset((page - 1) * per_page))
    shown = [review_from(row._asdict()) for row in rows]
    return ReviewPage(rating, Page(shown, page, per_page, rating.count))


def rating_under(condition: ColumnElement[bool]) -> Rating:
    """The rating over the reviews under `condition` that everybody can read."""
    count, stars_sum = db.session.execute(rating_statement().where(condition)).one()
    return Rating(count=count, stars_sum=int(stars_sum))


def get_line(token: str, line_id: uuid.UUID) -> OrderLine:
    """A line of the order behind a secret link, with its parcel, order, product and lot. Raises NotFound."""
    order_id = find_order_id(token)
    line = db.session.scalars(
        select(OrderLine)
        .join(OrderLine.parcel)
        .where(OrderLine.id == line_id, Parcel.order_id == order_id)
        .options(
            contains_eager(OrderLine.parcel).joinedload(Parcel.order).lazyload(Order.commune),
            joinedload(OrderLine.offer).joinedload(Offer.product),
            joinedload(OrderLine.lot),
        )
    ).one_or_none()
    if line is None:
        raise NotFound
    return line


def find_review_of(line_id: uuid.UUID) -> Review | None:
    """The review of an order line with its answer, hidden or not."""
    return db.session.scalars(
        select(Review).where(Review.order_line_id == line_id).options(joinedload(Review.answer))
    ).one_or_none()


def reviewed_lines(order_id: uuid.UUID) -> set[uuid.UUID]:
    """The lines of an order that have a review, in one query."""
    return set(
        db.session.scalars(
            select(Review.order_line_id)
            .join(OrderLine, OrderLine.id == Review.order_line_id)
            .join(Parcel, Parcel.id == OrderLine.parcel_id)
            .where(Parcel.order_id == order_id)
        )
    )


def reviews_to_answer(actor: Actor) -> Select[Review]:
    """The reviews of the actor's producers that everybody can read: those without an answer first, then the newest."""
    producer_ids = [producer.id for producer in producers_of(actor)]
    is_answered = exists().where(ReviewAnswer.review_id == Review.id)
    return (
        select(Review)
        .where(Review.producer_id.in_(producer_ids), Review.hidden_at.is_(None))
        .options(joinedload(Review.product), joinedload(Review.lot), joinedload(Review.answer))
        .order_by(is_answered, Review.id.desc())
    )


def get_review_to_answer(actor: Actor, review_id: uuid.UUID) -> Review:
    """A review with its product, lot and answer. Raises NotFound unless it is the actor's to answer."""
    review = db.session.scalars(
        select(Review)
        .where(Review.id == review_id)
        .options(joinedload(Review.product), joinedload(Review.lot), joinedload(Review.answer))
    ).one_or_none()
    if review is None or not may_answer(actor, review):
        raise NotFound
    return review


def find_review_contents(ids: Collection[uuid.UUID]) -> list[Content]:
    """Reviews as officers read them, in one query."""
    rows = db.session.execute(_with_buyers(select(Review, Product, Order)).where(Review.id.in_(ids)))
    return [
        Content(
            kind=ContentKind.REVIEW,
            id=review.id,
            words=review.body or "",
            author_id=review.author_id,
            author_name=review.author_name,
            product_vi=product.name_vi,
            product_en=product.name_en,
            path=f"/products/{product.slug}/reviews",
            own_path=f"/orders/{order.token}/lines/{review.order_line_id}/review",
            created_at=review.created_at,
            hidden_at=review.hidden_at,
            stars=review.stars,
            photo_keys=tuple(review.photo_keys),
            guest_email=None if review.author_id else order.buyer_email,
            guest_locale=order.locale,
        )
        for review, product, order in rows
    ]


def find_answer_contents(ids: Collection[uuid.UUID]) -> list[Content]:
    """Answers to reviews as officers read them, in one query; below a hidden review nobody reads its answer either."""
    rows = db.session.execute(
        select(ReviewAnswer, Review, Product)
        .join(Review, Review.id == ReviewAnswer.review_id)
        .join(Product, Product.id == Review.product_id)
        .where(ReviewAnswer.id.in_(ids))
        .options(joinedload(Product.producer).lazyload(Producer.commune))
    )
    return [
        Content(
            kind=ContentKind.REVIEW_ANSWER,
            id=answer.id,
            words=answer.body,
            author_id=answer.answered_by,
            author_name=product.producer.name,
            product_vi=product.name_vi,
            product_en=product.name_en,
            path=f"/products/{product.slug}/reviews",
            own_path=f"/farm/reviews/{review.id}",
            created_at=answer.answered_at,
            hidden_at=answer.hidden_at or review.hidden_at,
        )
        for answer, review, product in rows
    ]


def _with_buyers(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        statement.join(Product, Product.id == Review.product_id)
        .join(OrderLine, OrderLine.id == Review.order_line_id)
        .join(Parcel, Parcel.id == OrderLine.parcel_id)
        .join(Order, Order.id == Parcel.order_id)
    )
