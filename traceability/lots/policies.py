"""Who may see and work with a lot: the members of the producer whose product it is."""

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from traceability.lots.models import Lot


def may_work_with(actor: Actor, lot: Lot) -> bool:
    """Whether `actor` may read the producer's view of `lot`, print its labels and take from it."""
    return may_act_for(actor, lot.product.producer_id)
