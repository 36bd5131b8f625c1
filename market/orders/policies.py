"""Who may see and work on a parcel."""

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from market.orders.models import Parcel, ParcelStatus


def may_work_on(actor: Actor, parcel: Parcel) -> bool:
    """Whether the parcel is the actor's to pack and ship: one of their producer's, once it is paid."""
    return parcel.status != ParcelStatus.WAITING and may_act_for(actor, parcel.producer_id)
