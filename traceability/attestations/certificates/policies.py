"""Who may enter, see and change certificates."""

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from traceability.attestations.certificates.models import Certificate
from traceability.attestations.inspections.policies import is_inspector, is_member


def may_keep(actor: Actor, certificate: Certificate) -> bool:
    """Whether `actor` may read the certificate as its holder, and say that it no longer stands."""
    return may_act_for(actor, certificate.producer_id)


def may_supervise(actor: Actor, certificate: Certificate) -> bool:
    """Whether `actor` may confirm the certificate and put it back in force: inspectors outside the producer."""
    return is_inspector(actor) and not is_member(actor.user_id, certificate.producer_id)
