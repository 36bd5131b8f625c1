"""Who takes part in a return. The buyer is whoever has the order's secret link; views check it."""

import uuid
from typing import Final

from catalog.producers.policies import may_act_for
from core.accounts import Actor, RoleName

DECIDERS: Final = (RoleName.ADMINISTRATOR,)
PARTIES: Final = (RoleName.PRODUCER_MEMBER, *DECIDERS)


def may_answer(actor: Actor, producer_id: uuid.UUID) -> bool:
    """Whether `actor` answers returns of this producer's goods: its members, and administrators."""
    return may_act_for(actor, producer_id)


def may_decide(actor: Actor) -> bool:
    """Whether `actor` decides complaints that both sides could not settle."""
    return actor.has_role(*DECIDERS)


def may_read(actor: Actor, producer_id: uuid.UUID) -> bool:
    """Whether `actor` reads a return with its photos: both sides do, and who decides."""
    return may_decide(actor) or may_answer(actor, producer_id)
