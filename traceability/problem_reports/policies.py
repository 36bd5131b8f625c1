"""Who reads and answers reports: the members of the lot's producer, officers of the province, administrators."""

from catalog.producers.policies import may_act_for
from core.accounts import Actor, RoleName
from traceability.problem_reports.models import ProblemReport

READERS_OF_ALL = (RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR)


def reads_every_report(actor: Actor) -> bool:
    """Whether `actor` reads the reports about everybody's lots."""
    return actor.has_role(*READERS_OF_ALL)


def may_answer(actor: Actor, report: ProblemReport) -> bool:
    """Whether `actor` may read `report` with the contact left in it, and answer it."""
    return reads_every_report(actor) or may_act_for(actor, report.lot.product.producer_id)
