"""Reading followers."""

import uuid
from collections.abc import Sequence

from sqlalchemy import exists, select

from catalog.producers.models import Producer
from core.db import db
from market.followers.models import HarvestOpening, ProducerFollow

FOLLOWED_SHOWN = 100


def is_following(user_id: uuid.UUID | None, producer_id: uuid.UUID) -> bool:
    """Whether this person follows the producer; nobody without an account does, and that asks no database."""
    if user_id is None:
        return False
    follows = exists().where(ProducerFollow.producer_id == producer_id, ProducerFollow.user_id == user_id)
    return bool(db.session.scalar(select(follows)))


def followed_producers(user_id: uuid.UUID) -> Sequence[Producer]:
    """Whom this person follows, the last first, at most 100."""
    statement = (
        select(Producer)
        .join(ProducerFollow, ProducerFollow.producer_id == Producer.id)
        .where(ProducerFollow.user_id == user_id)
        .order_by(ProducerFollow.followed_at.desc(), Producer.id)
        .limit(FOLLOWED_SHOWN)
    )
    return db.session.scalars(statement).all()


def next_followers(producer_id: uuid.UUID, *, after: uuid.UUID | None, limit: int) -> Sequence[uuid.UUID]:
    """The followers of a producer in the order of their ids, beyond `after`."""
    statement = select(ProducerFollow.user_id).where(ProducerFollow.producer_id == producer_id)
    if after is not None:
        statement = statement.where(ProducerFollow.user_id > after)
    return db.session.scalars(statement.order_by(ProducerFollow.user_id).limit(limit)).all()


def waiting_openings(*, limit: int) -> Sequence[uuid.UUID]:
    """The openings of which not all followers know yet, oldest first."""
    statement = select(HarvestOpening.id).where(HarvestOpening.finished_at.is_(None))
    return db.session.scalars(statement.order_by(HarvestOpening.id).limit(limit)).all()
