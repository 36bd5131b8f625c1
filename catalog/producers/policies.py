"""Who may act for a producer."""

import uuid

from sqlalchemy import exists, select

from catalog.producers.models import ProducerMember
from core.accounts import Actor, RoleName
from core.db import db


def may_act_for(actor: Actor, producer_id: uuid.UUID) -> bool:
    """Whether `actor` may change what belongs to the producer: its members, and administrators."""
    if actor.user_id is None:
        return False
    if actor.has_role(RoleName.ADMINISTRATOR):
        return True
    if not actor.has_role(RoleName.PRODUCER_MEMBER):
        return False
    membership = exists().where(ProducerMember.producer_id == producer_id, ProducerMember.user_id == actor.user_id)
    return bool(db.session.scalar(select(membership)))
