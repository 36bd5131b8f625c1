"""Who pays out, who sets the terms, and who says onto which bank account."""

import uuid

from catalog.producers.models import Producer
from catalog.producers.queries import producers_of
from core.accounts import Actor, RoleName
from core.errors import NotFound

PAYERS = (RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR)
TERM_SETTERS = (RoleName.ADMINISTRATOR,)


def require_payer(actor: Actor) -> None:
    """Raises NotFound unless `actor` drafts, approves and settles runs."""
    if not actor.has_role(*PAYERS):
        raise NotFound


def require_term_setter(actor: Actor) -> None:
    """Raises NotFound unless `actor` sets the terms of payouts."""
    if not actor.has_role(*TERM_SETTERS):
        raise NotFound


def require_own_producer(actor: Actor, producer_id: uuid.UUID) -> Producer:
    """The producer. Raises NotFound unless `actor` is a member.

    Nobody else enters a bank account, administrators neither: those who send money must not choose where to.
    """
    own = producers_of(actor) if actor.has_role(RoleName.PRODUCER_MEMBER) else []
    producer = next((producer for producer in own if producer.id == producer_id), None)
    if producer is None:
        raise NotFound
    return producer
