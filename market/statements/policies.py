"""Whose statement is whose: a market's manager sees takings, never a stall's balance."""

import uuid

from catalog.producers.models import Producer
from catalog.producers.policies import may_act_for
from catalog.producers.queries import get_producer
from core.accounts import Actor, RoleName
from core.errors import NotFound
from market.stalls.models import Stall
from market.stalls.policies import require_stall

FARM_READERS = (RoleName.PRODUCER_MEMBER, RoleName.ADMINISTRATOR)
STALL_READERS = (RoleName.STALL_HOLDER, RoleName.ADMINISTRATOR)


def require_producers_account(actor: Actor, producer_id: uuid.UUID) -> Producer:
    """The producer. Raises NotFound unless `actor` is a member, or an administrator."""
    if not may_act_for(actor, producer_id):
        raise NotFound
    return get_producer(producer_id)


def require_stalls_account(actor: Actor, stall_id: uuid.UUID) -> Stall:
    """The stall, with its market. Raises NotFound unless `actor` holds it, or is an administrator."""
    stall = require_stall(actor, stall_id)
    if stall.holder_id != actor.user_id and not actor.has_role(RoleName.ADMINISTRATOR):
        raise NotFound
    return stall
