"""Who may put dossiers together and read them: the producer's members."""

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from traceability.dossiers.models import Dossier


def may_keep(actor: Actor, dossier: Dossier) -> bool:
    """Whether `actor` may read, change and issue the dossier."""
    return may_act_for(actor, dossier.producer_id)
