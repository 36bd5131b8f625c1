"""What the ledger must hold of payouts, for its check."""

import uuid
from collections.abc import Callable, Iterable

from sqlalchemy import Select, select

from market.ledger.audit import EntrySource
from market.ledger.models import AccountKind
from market.payouts.models import LineStatus, PayoutLine
from market.payouts.runs import LEDGER_PAYOUT, LEDGER_PAYOUT_FAILED, LEDGER_PAYOUT_PAID

_APPROVED = (LineStatus.IN_TRANSIT, LineStatus.PAID, LineStatus.FAILED)


def _due(states: Iterable[LineStatus], sign: int) -> Callable[[], Select[uuid.UUID, int]]:
    return lambda: select(PayoutLine.id, PayoutLine.amount_vnd * sign).where(PayoutLine.status.in_(tuple(states)))


def _possible(states: Iterable[LineStatus]) -> Callable[[], Select[uuid.UUID]]:
    return lambda: select(PayoutLine.id).where(PayoutLine.status.in_(tuple(states)))


ENTRY_SOURCES = tuple(
    EntrySource(source=source, kind=AccountKind.PAYOUTS_IN_TRANSIT, due=_due(states, sign), possible=_possible(states))
    for source, states, sign in (
        (LEDGER_PAYOUT, _APPROVED, -1),
        (LEDGER_PAYOUT_PAID, (LineStatus.PAID,), 1),
        (LEDGER_PAYOUT_FAILED, (LineStatus.FAILED,), 1),
    )
)
