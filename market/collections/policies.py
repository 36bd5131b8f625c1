"""Who lets go of what a buyer owes."""

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from market.orders.models import Parcel


def may_waive(actor: Actor, parcel: Parcel) -> bool:
    """Whether it is the actor's money to let go of: the members of the parcel's producer."""
    return may_act_for(actor, parcel.producer_id)
