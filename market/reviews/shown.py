"""Reviews as pages show them: columns only, whichever page asks."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, select

from catalog.products.models import Product
from market.reviews.models import Review, ReviewAnswer
from traceability.lots.models import Lot


@dataclass(frozen=True)
class ShownReview:
    """A review that everybody can read, with its product, lot and answer."""

    id: uuid.UUID
    stars: int
    body: str | None
    author_name: str
    photo_keys: list[str]
    created_at: datetime
    changed_at: datetime | None
    product_slug: str
    product_name_vi: str
    product_name_en: str
    gtin: str
    lot_number: str | None
    answer_id: uuid.UUID | None
    answer: str | None
    answered_at: datetime | None


def shown_reviews() -> Select[*tuple[Any, ...]]:
    """The columns of a ShownReview, newest first; callers add conditions and a limit."""
    answer_shows = and_(ReviewAnswer.review_id == Review.id, ReviewAnswer.hidden_at.is_(None))
    return (
        select(
            Review.id,
            Review.stars,
            Review.body,
            Review.author_name,
            Review.photo_keys,
            Review.created_at,
            Review.changed_at,
            Product.slug.label("product_slug"),
            Product.name_vi.label("product_name_vi"),
            Product.name_en.label("product_name_en"),
            Product.gtin,
            Lot.lot_number,
            ReviewAnswer.id.label("answer_id"),
            ReviewAnswer.body.label("answer"),
            ReviewAnswer.answered_at,
        )
        .join(Product, Product.id == Review.product_id)
        .outerjoin(Lot, Lot.id == Review.lot_id)
        .outerjoin(ReviewAnswer, answer_shows)
        .where(Review.hidden_at.is_(None))
        .order_by(Review.id.desc())
    )


def rating_statement() -> Select[int, int]:
    """The count and the sum of the stars of the reviews that everybody can read; callers add a condition."""
    return select(func.count().label("count"), func.coalesce(func.sum(Review.stars), 0).label("stars_sum")).where(
        Review.hidden_at.is_(None)
    )


def review_from(values: Mapping[str, Any]) -> ShownReview:
    """The review in a row of `shown_reviews`, or in that row as JSON, where ids and times are text."""
    given = dict(values)
    for name in ("id", "answer_id"):
        if isinstance(given[name], str):
            given[name] = uuid.UUID(given[name])
    for name in ("created_at", "changed_at", "answered_at"):
        if isinstance(given[name], str):
            given[name] = datetime.fromisoformat(given[name])
    return ShownReview(**given)
