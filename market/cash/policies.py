"""Who decides about cash, and who takes it."""

from catalog.producers.policies import may_act_for
from core.accounts import Actor, RoleName
from core.errors import NotFound
from market.orders.models import Parcel

LIST_KEEPERS = (RoleName.ADMINISTRATOR,)


def require_list_keeper(actor: Actor) -> None:
    """Raises NotFound unless `actor` says who may pay in cash."""
    if not actor.has_role(*LIST_KEEPERS):
        raise NotFound


def may_take_cash(actor: Actor, parcel: Parcel) -> bool:
    """Whether the cash of `parcel` is for the actor to note: the members of its producer."""
    return may_act_for(actor, parcel.producer_id)
