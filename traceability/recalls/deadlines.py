"""What is due next on a recall, in words for its pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.i18n import current_locale, local_day, ngettext
from core.i18n import gettext as _
from traceability.recalls import rules
from traceability.recalls.models import Recall, RecallStatus
from traceability.recalls.working_days import holidays_between

_HOURS_TOLD: Final = 48
"""Fewer hours than these are told as hours, more as days."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """What is due (`label`) and when; `left` says how long that is, `skipped` which public holidays did not count."""

    label: str
    due: datetime
    alert: rules.Alert | None
    left: str
    skipped: str = ""


def deadline_of(recall: Recall, *, now: datetime) -> Deadline | None:
    """The next deadline of the recall as it stands at `now`; None when nothing is due any more."""
    if recall.status == RecallStatus.PROPOSED:
        due = rules.decision_due(recall.proposed_at)
        return Deadline(_("Decision due"), due, rules.decision_warning(recall.proposed_at, now), _left(due, now))
    if recall.status == RecallStatus.ACTIVE and recall.decided_at is not None:
        due = rules.report_due(recall.decided_at)
        first, last = (local_day(moment) for moment in (recall.decided_at, due))
        names = ", ".join(holiday.name(current_locale()) for holiday in holidays_between(first, last))
        alert = rules.report_warning(recall.decided_at, now)
        return Deadline(_("Report due"), due, alert, _left(due, now), names)
    return None


def _left(due: datetime, now: datetime) -> str:
    hours = rules.hours_left(due, now)
    if hours < 0:
        over = -hours
        if over < _HOURS_TOLD:
            return str(ngettext("%(num)s hour too late", "%(num)s hours too late", over))
        return str(ngettext("%(num)s day too late", "%(num)s days too late", over // 24))
    if hours < 1:
        return str(_("less than an hour left"))
    if hours < _HOURS_TOLD:
        return str(ngettext("%(num)s hour left", "%(num)s hours left", hours))
    return str(ngettext("%(num)s day left", "%(num)s days left", hours // 24))
