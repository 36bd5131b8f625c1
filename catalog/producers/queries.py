"""Reading producers."""

import uuid
from collections.abc import Sequence
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload

from catalog.places.models import Commune
from catalog.producers.models import Producer, ProducerMember
from core.accounts import Actor, RoleName, User
from core.db import SettledStatement, db, rows_within_transaction, settled
from core.errors import NotFound

LIMIT = 100
MOST_TO_MAIL = 100


def find_producer(producer_id: uuid.UUID) -> Producer | None:
    """The producer with its commune and province, or None."""
    return db.session.scalars(_producers().where(Producer.id == producer_id)).one_or_none()


def get_producer(producer_id: uuid.UUID) -> Producer:
    """The producer with its commune and province. Raises NotFound."""
    producer = find_producer(producer_id)
    if producer is None:
        raise NotFound
    return producer


def get_producer_by_slug(slug: str) -> Producer:
    """The producer at this address, with its commune and province. Raises NotFound."""
    producer = db.session.scalars(_producers().where(Producer.slug == slug)).one_or_none()
    if producer is None:
        raise NotFound
    return producer


def producers_of(actor: Actor) -> list[Producer]:
    """The producers that `actor` is a member of, by name; empty for everybody else."""
    if actor.user_id is None or not actor.has_role(RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR):
        return []
    statement = (
        _producers()
        .join(ProducerMember, ProducerMember.producer_id == Producer.id)
        .where(ProducerMember.user_id == actor.user_id)
        .order_by(Producer.name, Producer.id)
        .limit(LIMIT)
    )
    return list(db.session.scalars(statement))


def producer_ids_of(actor: Actor) -> list[uuid.UUID]:
    """The ids of the producers that `actor` is a member of, as `producers_of` says."""
    if actor.user_id is None or not actor.has_role(RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR):
        return []
    return [row.producer_id for row in rows_within_transaction(_producer_ids(), {"user_id": actor.user_id})]


@cache
def _producer_ids() -> SettledStatement:
    return settled(
        select(ProducerMember.producer_id)
        .where(ProducerMember.user_id == bindparam("user_id"))
        .order_by(ProducerMember.producer_id)
        .limit(LIMIT)
    )


def members_to_mail(producer_id: uuid.UUID) -> Sequence[User]:
    """The members of a producer who can be told something by mail, those who joined first first."""
    statement = (
        select(User)
        .join(ProducerMember, ProducerMember.user_id == User.id)
        .where(ProducerMember.producer_id == producer_id, User.email.is_not(None), User.active)
        .order_by(User.id)
        .limit(MOST_TO_MAIL)
    )
    return db.session.scalars(statement).all()


def get_producers_of(actor: Actor) -> list[Producer]:
    """The producers that `actor` is a member of, by name. Raises NotFound when there are none."""
    producers = producers_of(actor)
    if not producers:
        raise NotFound
    return producers


def list_newest_producers(*, limit: int = 12) -> list[Producer]:
    """The producers that joined last, newest first."""
    statement = _producers().order_by(Producer.created_at.desc(), Producer.id.desc()).limit(limit)
    return list(db.session.scalars(statement))


def _producers() -> Select[Producer]:
    return select(Producer).options(joinedload(Producer.commune).joinedload(Commune.province))
