"""Who may see and keep a producer's plots and diary, and who may permit an exception."""

from catalog.producers.policies import may_act_for
from core.accounts import Actor, RoleName
from traceability.diary.models import Plot


def may_keep(actor: Actor, plot: Plot) -> bool:
    """Whether `actor` may read the producer's view of `plot` and write its diary."""
    return may_act_for(actor, plot.producer_id)


def may_override_interval(actor: Actor) -> bool:
    """Whether `actor` may permit a harvest inside a pre-harvest interval: officers of the province."""
    return actor.has_role(RoleName.PROVINCE_OFFICER)
