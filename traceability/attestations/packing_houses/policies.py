"""Who may keep a packing house: the producer's members."""

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from traceability.attestations.packing_houses.models import PackingHouse


def may_keep(actor: Actor, packing_house: PackingHouse) -> bool:
    """Whether `actor` may read and change the packing house and its codes."""
    return may_act_for(actor, packing_house.producer_id)
