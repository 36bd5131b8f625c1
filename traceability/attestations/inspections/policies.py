"""Who may inspect: officers and inspectors, and never anybody who belongs to the producer."""

import uuid

from sqlalchemy import exists, select

from catalog.producers.models import ProducerMember
from core.accounts import Actor, RoleName
from core.db import db
from traceability.attestations.self_checks.models import SelfCheck

INSPECTORS = (RoleName.PROVINCE_OFFICER, RoleName.INSPECTOR)


def is_inspector(actor: Actor) -> bool:
    """Whether `actor` inspects producers at all."""
    return actor.is_authenticated and actor.has_role(*INSPECTORS)


def is_member(user_id: uuid.UUID | None, producer_id: uuid.UUID) -> bool:
    """Whether the account belongs to the producer, whatever its roles say."""
    membership = exists().where(ProducerMember.producer_id == producer_id, ProducerMember.user_id == user_id)
    return bool(db.session.scalar(select(membership)))


def may_inspect(actor: Actor, self_check: SelfCheck) -> bool:
    """Whether `actor` may inspect `self_check`: not a member, and not who made it before leaving the producer."""
    if not is_inspector(actor) or actor.user_id in (self_check.started_by, self_check.submitted_by):
        return False
    return not is_member(actor.user_id, self_check.producer_id)
