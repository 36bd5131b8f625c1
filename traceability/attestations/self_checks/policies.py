"""Who may see and fill in a self-check: the producer's members."""

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from traceability.attestations.self_checks.models import SelfCheck


def may_fill_in(actor: Actor, self_check: SelfCheck) -> bool:
    """Whether `actor` may answer, hand in and read the producer's view of `self_check`."""
    return may_act_for(actor, self_check.producer_id)
