"""Decisions about recalls, without I/O: states, deadlines, shares."""

from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from core.errors import Invalid
from core.i18n import LOCAL_TIME_ZONE, local_day
from core.i18n import gettext as _
from traceability.recalls.models import RecallStatus
from traceability.recalls.working_days import after_working_days

TRANSITIONS: Final[dict[RecallStatus, frozenset[RecallStatus]]] = {
    RecallStatus.PROPOSED: frozenset({RecallStatus.ACTIVE, RecallStatus.REJECTED}),
    RecallStatus.ACTIVE: frozenset({RecallStatus.CLOSED}),
    RecallStatus.REJECTED: frozenset(),
    RecallStatus.CLOSED: frozenset(),
}
PUBLIC_STATES: Final = (RecallStatus.ACTIVE, RecallStatus.CLOSED)
"""What consumers see: closing a recall does not make its goods fit to eat."""

TIME_TO_DECIDE: Final = timedelta(hours=24)
WORKING_DAYS_TO_REPORT: Final = 3
_WARN_BEFORE: Final = timedelta(hours=6)
_WARN_BEFORE_REPORT: Final = timedelta(hours=24)
LONGEST_TEXT: Final = 1000


class Alert(StrEnum):
    """How a deadline stands."""

    SOON = "soon"
    OVERDUE = "overdue"


def may_become(current: RecallStatus, new: RecallStatus) -> bool:
    """Whether a recall may go from one state to the other."""
    return new in TRANSITIONS[RecallStatus(current)]


def decision_due(proposed_at: datetime) -> datetime:
    """Until when a proposal must be decided."""
    return proposed_at + TIME_TO_DECIDE


def report_due(decided_at: datetime) -> datetime:
    """Until when an approved recall must be reported: the last second of the third working day after the decision.

    Days are days in Vietnam; weekends and public holidays do not count. Returns it in UTC.
    """
    day = after_working_days(local_day(decided_at), WORKING_DAYS_TO_REPORT)
    return datetime.combine(day, time(23, 59, 59), LOCAL_TIME_ZONE).astimezone(UTC)


def decision_warning(proposed_at: datetime, now: datetime) -> Alert | None:
    """The warning that an undecided proposal deserves now."""
    return _warning(decision_due(proposed_at), _WARN_BEFORE, now)


def report_warning(decided_at: datetime, now: datetime) -> Alert | None:
    """The warning that an unreported recall deserves now."""
    return _warning(report_due(decided_at), _WARN_BEFORE_REPORT, now)


def hours_left(due: datetime, now: datetime) -> int:
    """Whole hours until a deadline; below zero those since it passed, rounded away from it."""
    return (due - now) // timedelta(hours=1)


def _warning(due: datetime, before: timedelta, now: datetime) -> Alert | None:
    if now >= due:
        return Alert.OVERDUE
    return Alert.SOON if now >= due - before else None


def share(part: int, whole: int) -> float:
    """`part` of `whole` in percent, one decimal, rounded down: 100 means all of it."""
    return part * 1000 // whole / 10 if whole else 100.0


def check_class(recall_class: int) -> None:
    """1, 2 or 3; raises Invalid for `recall_class`."""
    if recall_class not in (1, 2, 3):
        raise Invalid(_("Choose a class from the list."), field="recall_class")


def check_text(value: str | None, *, field: str, shortest: int = 10) -> str:
    """A text that says something; raises Invalid for `field`."""
    text = (value or "").strip()
    if len(text) < shortest:
        raise Invalid(_("Please write at least %(count)s characters.", count=shortest), field=field)
    if len(text) > LONGEST_TEXT:
        raise Invalid(_("At most %(count)s characters, please.", count=LONGEST_TEXT), field=field)
    return text


def check_grams(grams: int, *, already: int, lot_grams: int, lot_number: str) -> None:
    """No more comes back, or is destroyed, than was made; raises Invalid for `grams` that says how much is left."""
    if grams < 1:
        raise Invalid(_("Enter an amount above zero."), field="kilograms")
    if already + grams > lot_grams:
        left = (lot_grams - already) / 1000
        raise Invalid(
            _("Of lot %(lot)s only %(left)s kg are still open.", lot=lot_number, left=f"{left:g}"), field="kilograms"
        )
