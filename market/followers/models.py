"""Tables of followers, and of the harvests that they are told about."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Model, UtcDateTime, new_id, utc_now


class ProducerFollow(Model):
    """Somebody with an account follows a producer."""

    __tablename__ = "producer_follows"
    __table_args__ = (Index("ix_producer_follows_user_id", "user_id", "followed_at"),)

    producer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("producers.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    followed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class HarvestOpening(Model):
    """A product that can be bought again, and how far its producer's followers were told: up to `told_user_id`.

    The id is that of the news, so that the same news makes one row. `finished_at` is empty while somebody waits.
    """

    __tablename__ = "harvest_openings"
    __table_args__ = (
        Index("ix_harvest_openings_product_id", "product_id", "opened_at"),
        Index("ix_harvest_openings_waiting", "id", postgresql_where=text("finished_at IS NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("products.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    told_user_id: Mapped[uuid.UUID | None]
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
