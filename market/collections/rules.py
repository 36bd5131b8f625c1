"""Decisions about collections, without I/O."""

from datetime import timedelta

from market.collections.models import CollectionStatus
from market.payments.purposes import PurposeState
from market.payments.rules import amount_is_payable

HEAVIER_DUE = timedelta(days=3)
"""How long a buyer has for goods that wait packed."""

REMIND_BEFORE = timedelta(days=1)

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
