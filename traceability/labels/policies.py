"""Who may print labels and see print runs: whoever works with the lot."""

from core.accounts import Actor
from traceability.labels.models import LabelRun
from traceability.lots.policies import may_work_with


def may_see_run(actor: Actor, run: LabelRun) -> bool:
    """Whether `actor` may see `run` and download its file."""
    return may_work_with(actor, run.lot)
