"""Decisions about inspections, without any I/O."""

from datetime import date, timedelta
from typing import Final

from core.errors import Invalid
from core.i18n import gettext as _
from traceability.attestations.inspections.models import InspectionResult
from traceability.attestations.self_checks.models import SelfCheckStatus
from traceability.attestations.self_checks.rules import Score

LONGEST_CORRECTION: Final = timedelta(days=365)
OLDEST_VISIT: Final = timedelta(days=90)
DUE_STAGES: Final = (7, 1)
"""So many days before a corrective action is due, members are reminded."""

STATUS_AFTER: Final = {
    InspectionResult.PASSED: SelfCheckStatus.PASSED,
    InspectionResult.CORRECTIONS: SelfCheckStatus.CORRECTIONS,
    InspectionResult.FAILED: SelfCheckStatus.FAILED,
}


def result_of(score: Score, *, may_correct: bool) -> InspectionResult:
    """Passed where the score meets what the checklist requires; else mending, or the end of it."""
    if score.is_met:
        return InspectionResult.PASSED
    return InspectionResult.CORRECTIONS if may_correct else InspectionResult.FAILED


def check_due_date(due_on: date, *, today: date) -> None:
    """From today to a year ahead; raises Invalid for `due_on`."""
    if due_on < today:
        raise Invalid(_("The last day must not lie in the past."), field="due_on")
    if due_on > today + LONGEST_CORRECTION:
        raise Invalid(_("The last day must lie within a year."), field="due_on")


def check_visit_date(inspected_on: date, *, today: date) -> None:
    """In the past 90 days; raises Invalid for `inspected_on`."""
    if inspected_on > today:
        raise Invalid(_("The day of the visit lies in the future."), field="inspected_on")
    if inspected_on < today - OLDEST_VISIT:
        raise Invalid(_("The day of the visit is more than 90 days ago."), field="inspected_on")
