"""Decisions about collections, without I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from market.collections.models import CollectionReason, CollectionStatus
from market.payments.purposes import PurposeState
from market.payments.rules import amount_is_payable

HEAVIER_DUE = timedelta(days=3)
"""How long a buyer has for goods that wait packed."""

REMIND_BEFORE = {CollectionReason.HEAVIER: timedelta(days=1), CollectionReason.BALANCE: timedelta(days=3)}
"""How long before it is due a buyer is reminded."""

TRANSITIONS: dict[CollectionStatus, frozenset[CollectionStatus]] = {
    CollectionStatus.OPEN: frozenset(
        {
            CollectionStatus.PAID,
            CollectionStatus.WAIVED,
            CollectionStatus.CANCELLED,
            CollectionStatus.NEEDS_REVIEW,
        }
    ),
    # What was wrongly paid has gone back: the buyer can pay again, or the producer lets it go.
    CollectionStatus.NEEDS_REVIEW: frozenset(
        {CollectionStatus.OPEN, CollectionStatus.WAIVED, CollectionStatus.CANCELLED}
    ),
    CollectionStatus.PAID: frozenset(),
    CollectionStatus.WAIVED: frozenset(),
    CollectionStatus.CANCELLED: frozenset(),
}

_PURPOSE_STATES = {CollectionStatus.OPEN: PurposeState.OPEN, CollectionStatus.PAID: PurposeState.PAID}


def may_become(current: CollectionStatus, new: CollectionStatus) -> bool:
    """Whether a collection may go from one state to the other."""
    return new in TRANSITIONS[CollectionStatus(current)]


def purpose_state(status: CollectionStatus) -> PurposeState:
    """Whether a collection in this state can be paid."""
    return _PURPOSE_STATES.get(CollectionStatus(status), PurposeState.CLOSED)


def is_worth_collecting(amount_vnd: int) -> bool:
    """Whether a buyer is asked for so much: what is less than the smallest card payment is waived by itself."""
    return amount_is_payable(amount_vnd)


DEPOSIT_AHEAD = timedelta(days=7)
"""So long before the harvest a deposit is taken; what is ordered later is paid in full."""


@dataclass(frozen=True)
class DepositTerms:
    """One line: what it costs less discounts and, for a harvest ordered beforehand, its deposit and first day."""

    charged_vnd: int
    deposit_percent: int | None = None
    harvest_from: date | None = None


def balances(parcels: Mapping[str, Sequence[DepositTerms]], *, total_vnd: int, today: date) -> dict[str, int]:
    """What of each parcel is paid later, in dong; the delivery is always paid at once.

    A deposit is taken for a parcel that holds nothing but one harvest, so that it can be given back as a whole, and
    where both parts are large enough for a card.
    """
    later = {key: _balance(lines, today) for key, lines in parcels.items()}
    if not amount_is_payable(total_vnd - sum(later.values())):
        return dict.fromkeys(parcels, 0)
    return later


def _balance(lines: Sequence[DepositTerms], today: date) -> int:
    if len(lines) != 1:
        return 0
    (line,) = lines
    if line.deposit_percent is None or line.harvest_from is None or line.harvest_from - today < DEPOSIT_AHEAD:
        return 0
    balance = line.charged_vnd - -(-line.charged_vnd * line.deposit_percent // 100)
    return balance if is_worth_collecting(balance) else 0
