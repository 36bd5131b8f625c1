"""Who may see and keep a producer's plots."""

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from traceability.diary.models import Plot


def may_keep(actor: Actor, plot: Plot) -> bool:
    """Whether `actor` may read the producer's view of `plot` and write its diary."""
    return may_act_for(actor, plot.producer_id)
