"""Decisions about self-checks and what they score, without any I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.errors import Conflict
from core.i18n import gettext as _
from traceability.attestations.checklists.models import Level
from traceability.attestations.self_checks.models import Answer, SelfCheckStatus

_S = SelfCheckStatus

NEXT: Final[Mapping[SelfCheckStatus, frozenset[SelfCheckStatus]]] = {
    _S.DRAFT: frozenset({_S.SUBMITTED}),
    _S.SUBMITTED: frozenset({_S.DRAFT, _S.UNDER_INSPECTION}),
    _S.UNDER_INSPECTION: frozenset({_S.PASSED, _S.CORRECTIONS, _S.FAILED}),
    _S.CORRECTIONS: frozenset({_S.UNDER_INSPECTION}),
    _S.PASSED: frozenset(),
    _S.FAILED: frozenset(),
}
"""What may follow what. A passed or failed self-check is done; the next one begins anew."""


def check_step(present: SelfCheckStatus, wanted: SelfCheckStatus) -> None:
    """Raise Conflict unless `wanted` may follow `present`."""
    if wanted not in NEXT[present]:
        raise Conflict(_("This was changed meanwhile. Please look again."))


@dataclass(frozen=True)
class Progress:
    """How far a self-check is: `answered` of `total` items; the codes of what stands in the way of handing it in."""

    total: int
    answered: int
    unanswered: tuple[str, ...]
    mandatory_no: tuple[str, ...]
    without_reason: tuple[str, ...]

    @property
    def percent(self) -> int:
        """The share of items that have an answer, rounded down."""
        return 100 * self.answered // self.total if self.total else 0

    @property
    def is_ready(self) -> bool:
        """Whether it may be handed in."""
        return not (self.unanswered or self.mandatory_no or self.without_reason)


def progress_of(levels: Mapping[str, Level], answers: Mapping[str, tuple[Answer, str | None]]) -> Progress:
    """The progress over the items in `levels`; `answers` hold answer and note. Both are by the item's code.

    A mandatory item is open as long as it is answered "no". "Not applicable" needs a reason in the note.
    """
    given = {code: answers[code] for code in levels if code in answers}
    return Progress(
        total=len(levels),
        answered=len(given),
        unanswered=tuple(code for code in levels if code not in given),
        mandatory_no=tuple(
            code for code, (answer, _note) in given.items() if levels[code] == Level.MANDATORY and answer == Answer.NO
        ),
        without_reason=tuple(
            code for code, (answer, note) in given.items() if answer == Answer.NOT_APPLICABLE and not note
        ),
    )


@dataclass(frozen=True)
class LevelScore:
    """How many of the applicable items of one level conform, and how many must, in percent."""

    conforming: int
    applicable: int
    required_percent: int

    @property
    def percent(self) -> int:
        """The share that conforms, rounded down, so that 89.9 % is never shown as 90 %."""
        return 100 * self.conforming // self.applicable if self.applicable else 100

    @property
    def is_met(self) -> bool:
        """Whether enough conform; counted in items, not in rounded percent."""
        return 100 * self.conforming >= self.required_percent * self.applicable


@dataclass(frozen=True)
class Score:
    """The score of an inspection: both levels, and whether the standard is met."""

    mandatory: LevelScore
    recommended: LevelScore

    @property
    def is_met(self) -> bool:
        """Whether both levels reach what the checklist requires."""
        return self.mandatory.is_met and self.recommended.is_met


def score_of(
    levels: Mapping[str, Level], verdicts: Mapping[str, Answer], *, required_percent_a: int, required_percent_b: int
) -> Score:
    """The score of `verdicts` on the items in `levels`, both by the item's code.

    An item without a verdict counts as one that does not conform.
    """

    def level(wanted: Level, required: int) -> LevelScore:
        found = [verdicts.get(code, Answer.NO) for code, level in levels.items() if level == wanted]
        applicable = [verdict for verdict in found if verdict != Answer.NOT_APPLICABLE]
        return LevelScore(applicable.count(Answer.YES), len(applicable), required)

    return Score(level(Level.MANDATORY, required_percent_a), level(Level.RECOMMENDED, required_percent_b))
