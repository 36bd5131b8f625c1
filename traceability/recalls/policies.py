"""Who proposes, decides and reads recalls: the members of the producer, province officers and administrators."""

from catalog.producers.policies import may_act_for
from core.accounts import Actor, RoleName
from traceability.recalls.models import Recall

DECIDERS = (RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR)
READERS = (RoleName.PRODUCER_MEMBER, *DECIDERS)


def may_decide(actor: Actor) -> bool:
    """Whether `actor` decides recalls at all; never one that they proposed themselves."""
    return actor.has_role(*DECIDERS)


def may_read(actor: Actor, recall: Recall) -> bool:
    """Whether `actor` reads all of `recall`: its producer's members, and whoever decides."""
    return may_decide(actor) or may_act_for(actor, recall.producer_id)


def may_work_on(actor: Actor, recall: Recall) -> bool:
    """Whether `actor` notes returns, sells again from other lots and closes: as who reads it."""
    return may_read(actor, recall)
