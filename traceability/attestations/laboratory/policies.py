"""Who may see a laboratory result in full: the producer's members, and inspectors outside the producer."""

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from traceability.attestations.inspections.policies import is_inspector, is_member
from traceability.attestations.laboratory.models import LaboratoryResult


def may_keep(actor: Actor, result: LaboratoryResult) -> bool:
    """Whether `actor` may enter results for the producer and mark them as void."""
    return may_act_for(actor, result.producer_id)


def may_read(actor: Actor, result: LaboratoryResult) -> bool:
    """Whether `actor` may read the result with its report."""
    return may_keep(actor, result) or (is_inspector(actor) and not is_member(actor.user_id, result.producer_id))
