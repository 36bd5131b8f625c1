"""Tables of reviews, their earlier texts, and the producers' answers."""

import uuid
from datetime import datetime

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.products.models import Product
from core.db import Model, Nfc, UtcDateTime, new_id, utc_now
from market.moderation.models import Moderated
from market.orders.models import OrderLine
from traceability.lots.models import Lot


class Review(Moderated, Model):
    """What the buyer of one order line says about it: one to five stars, words and photos.

    The line makes the buyer a verified one and is reviewed once. `lot_id` is the lot it was packed from. `producer_id`
    is the product's, kept here for the farm's page. `author_id` is None for a guest, who comes by the order's link.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars_range"),
        CheckConstraint("body <> ''", name="body_said"),
        CheckConstraint("author_name <> ''", name="author_named"),
        CheckConstraint("cardinality(photo_keys) <= 4", name="few_photos"),
        Index(
            "ix_reviews_product_id",
            "product_id",
            "id",
            postgresql_include=["stars"],
            postgresql_where=text("hidden_at IS NULL"),
        ),
        Index(
            "ix_reviews_producer_id",
            "producer_id",
            "id",
            postgresql_include=["stars"],
            postgresql_where=text("hidden_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    order_line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("order_lines.id"), unique=True)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("products.id"))
    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id"))
    lot_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("lots.id"), index=True)
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    author_name: Mapped[str] = mapped_column(Nfc(60))
    stars: Mapped[int] = mapped_column(SmallInteger)
    body: Mapped[str | None] = mapped_column(Nfc(2000))
    photo_keys: Mapped[list[str]] = mapped_column(ARRAY(Nfc(80)), default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    order_line: Mapped[OrderLine] = relationship(lazy="raise")
    product: Mapped[Product] = relationship(lazy="raise")
    lot: Mapped[Lot | None] = relationship(lazy="raise")
    answer: Mapped["ReviewAnswer | None"] = relationship(back_populates="review", lazy="raise")


class ReviewVersion(Model):
    """What a review said before it was changed at `replaced_at`. Append-only."""

    __tablename__ = "review_versions"
    __table_args__ = (Index("ix_review_versions_review_id", "review_id", "id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    review_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("reviews.id"))
    stars: Mapped[int] = mapped_column(SmallInteger)
    body: Mapped[str | None] = mapped_column(Nfc(2000))
    photo_keys: Mapped[list[str]] = mapped_column(ARRAY(Nfc(80)), default=list)
    replaced_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class ReviewAnswer(Moderated, Model):
    """The producer's one answer to a review; the last member who wrote it is `answered_by`."""

    __tablename__ = "review_answers"
    __table_args__ = (CheckConstraint("body <> ''", name="said"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    review_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("reviews.id"), unique=True)
    body: Mapped[str] = mapped_column(Nfc(2000))
    answered_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    review: Mapped[Review] = relationship(back_populates="answer", lazy="raise")
