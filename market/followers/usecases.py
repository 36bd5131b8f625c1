"""Following a producer, and noting that a harvest opened."""

import uuid
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from core.accounts import Actor
from core.db import db, utc_now
from core.errors import NotFound
from market.followers.models import HarvestOpening, ProducerFollow

QUIET: Final = timedelta(hours=20)
"""After an opening of a product: a farmer who pauses and opens it again ten times a day tells the followers once."""


def follow_producer(*, actor: Actor, producer_id: uuid.UUID) -> None:
    """Follow a producer; again changes nothing. Raises NotFound without an account."""
    if actor.user_id is None:
        raise NotFound
    values = {"producer_id": producer_id, "user_id": actor.user_id, "followed_at": utc_now()}
    db.session.execute(insert(ProducerFollow).values(values).on_conflict_do_nothing())


def unfollow_producer(*, actor: Actor, producer_id: uuid.UUID) -> None:
    """Follow the producer no more; again changes nothing."""
    db.session.execute(
        delete(ProducerFollow).where(ProducerFollow.producer_id == producer_id, ProducerFollow.user_id == actor.user_id)
    )


def note_opening(*, opening_id: uuid.UUID, product_id: uuid.UUID, opened_at: datetime) -> bool:
    """Write down that a product can be bought again, so that the followers are told; whether they are.

    Nobody is told of the same opening twice, nor of another one of the product so soon after.
    """
    # Two openings of one product whose news is delivered at the same moment wait for each other here.
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(product_id), 0))))
    before = exists().where(
        HarvestOpening.product_id == product_id,
        HarvestOpening.id != opening_id,
        HarvestOpening.opened_at > opened_at - QUIET,
    )
    if db.session.scalar(select(before)):
        return False
    made = db.session.scalar(
        insert(HarvestOpening)
        .values(id=opening_id, product_id=product_id, opened_at=opened_at)
        .on_conflict_do_nothing()
        .returning(HarvestOpening.id)
    )
    return made is not None
