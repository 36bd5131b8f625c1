"""Decisions about reported content and the texts that people write, without I/O."""

from typing import Final

from core.errors import Invalid
from core.i18n import lazy_gettext as _l
from market.moderation.models import CaseStatus, Decision

_TRANSITIONS: Final[dict[tuple[CaseStatus, Decision], CaseStatus]] = {
    (CaseStatus.OPEN, Decision.HIDE): CaseStatus.HIDDEN,
    (CaseStatus.OPEN, Decision.KEEP): CaseStatus.KEPT,
    (CaseStatus.KEPT, Decision.HIDE): CaseStatus.HIDDEN,
    (CaseStatus.HIDDEN, Decision.RESTORE): CaseStatus.KEPT,
}


def status_after(status: CaseStatus, decision: Decision) -> CaseStatus | None:
    """The state of a case after `decision`, or None when that cannot be decided in its present state."""
    return _TRANSITIONS.get((CaseStatus(status), decision))


def status_after_report(status: CaseStatus) -> CaseStatus:
    """A new report opens a case again that was kept; what is hidden already stays hidden."""
    return CaseStatus.HIDDEN if status == CaseStatus.HIDDEN else CaseStatus.OPEN


def possible_decisions(status: CaseStatus) -> list[Decision]:
    """What can be decided in this state, in the order of the buttons."""
    return [decision for decision in Decision if status_after(status, decision) is not None]


def checked_words(text: str | None, *, field: str, shortest: int, longest: int) -> str:
    """What somebody wrote for everybody to read, of a sensible length. Raises Invalid, naming `field`."""
    text = (text or "").strip()
    if len(text) < shortest:
        raise Invalid(_l("Say it in a sentence, please."), field=field)
    if len(text) > longest:
        raise Invalid(_l("At most %(limit)s characters, please.", limit=longest), field=field)
    return text
