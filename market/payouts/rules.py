"""Decisions about payouts, without I/O."""

import re
from datetime import date
from typing import Final

from core.i18n import fold
from market.payouts.models import LineStatus, RunStatus

RUN_TRANSITIONS: Final[dict[RunStatus, frozenset[RunStatus]]] = {
    RunStatus.DRAFTED: frozenset({RunStatus.APPROVED, RunStatus.CANCELLED}),
    RunStatus.APPROVED: frozenset({RunStatus.EXPORTED}),
    RunStatus.EXPORTED: frozenset({RunStatus.FINISHED}),
    RunStatus.FINISHED: frozenset(),
    RunStatus.CANCELLED: frozenset(),
}

LINE_TRANSITIONS: Final[dict[LineStatus, frozenset[LineStatus]]] = {
    LineStatus.DRAFTED: frozenset({LineStatus.IN_TRANSIT, LineStatus.CANCELLED}),
    LineStatus.IN_TRANSIT: frozenset({LineStatus.PAID, LineStatus.FAILED}),
    LineStatus.PAID: frozenset(),
    LineStatus.FAILED: frozenset(),
    LineStatus.CANCELLED: frozenset(),
}

_ACCOUNT_NUMBER: Final = re.compile(r"[0-9]{6,19}", re.ASCII)
_HOLDER_NAME: Final = re.compile(r"[A-Z][A-Z0-9 .&'-]{1,79}", re.ASCII)
_NOT_DIGITS: Final = re.compile(r"[\s.\-]+")


def run_may_become(current: RunStatus, new: RunStatus) -> bool:
    """Whether a run may go from one state to the other."""
    return new in RUN_TRANSITIONS[RunStatus(current)]


def line_may_become(current: LineStatus, new: LineStatus) -> bool:
    """Whether a payout may go from one state to the other."""
    return new in LINE_TRANSITIONS[LineStatus(current)]


def payable_vnd(*, balance_vnd: int, held_vnd: int) -> int:
    """What may be paid out of a balance of which `held_vnd` is not due yet; never less than nothing."""
    return max(0, balance_vnd - max(0, held_vnd))


def read_account_number(text: str) -> str | None:
    """The digits of an account number that was typed with blanks, points or hyphens; None when it is none."""
    bare = _NOT_DIGITS.sub("", text)
    return bare if _ACCOUNT_NUMBER.fullmatch(bare) else None


def read_holder_name(text: str) -> str | None:
    """A holder's name as banks write it, "NGUYEN THI MAU"; None when it has signs that no bank writes."""
    plain = " ".join(fold(text).upper().split())
    return plain if _HOLDER_NAME.fullmatch(plain) else None


def masked(account_number: str) -> str:
    """The last four digits of an account number, the others hidden."""
    return f"••••\u00a0{account_number[-4:]}"


def is_payout_day(weekday: int | None, today: date) -> bool:
    """Whether the clock drafts a run today."""
    return weekday is not None and today.weekday() == weekday
