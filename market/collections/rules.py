"""Decisions about collections, without I/O."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from market.collections.models import CollectionReason, CollectionStatus
from market.orders.shares import spread
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
            CollectionStatus.SETTLED,
            CollectionStatus.NEEDS_REVIEW,
        }
    ),
    # What was wrongly paid has gone back: the buyer can pay again, or the producer lets it go.
    CollectionStatus.NEEDS_REVIEW: frozenset(
        {CollectionStatus.OPEN, CollectionStatus.WAIVED, CollectionStatus.CANCELLED, CollectionStatus.SETTLED}
    ),
    CollectionStatus.PAID: frozenset(),
    CollectionStatus.WAIVED: frozenset(),
    CollectionStatus.CANCELLED: frozenset(),
    CollectionStatus.SETTLED: frozenset(),
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


def balances(parcels: Mapping[str, Sequence[DepositTerms]], *, total_vnd: int, today: date) -> dict[str, list[int]]:
    """What of each line of each parcel is paid later, in dong; the delivery is always paid at once.

    A deposit is taken where both parts are large enough for a card: what is due now of the whole order, and what is due
    later of each parcel.
    """
    later = {key: _balances_of(lines, today) for key, lines in parcels.items()}
    if not amount_is_payable(total_vnd - sum(sum(lines) for lines in later.values())):
        return {key: [0] * len(lines) for key, lines in parcels.items()}
    return later


def _balances_of(lines: Sequence[DepositTerms], today: date) -> list[int]:
    later = [_balance(line, today) for line in lines]
    return later if is_worth_collecting(sum(later)) else [0] * len(lines)


def _balance(line: DepositTerms, today: date) -> int:
    if line.deposit_percent is None or line.harvest_from is None or line.harvest_from - today < DEPOSIT_AHEAD:
        return 0
    return line.charged_vnd - -(-line.charged_vnd * line.deposit_percent // 100)


@dataclass(frozen=True)
class OpenLine:
    """A line of a parcel whose rest is not paid: what it is charged, in dong, for so many units.

    `units_before` were given back already, at a price of `withdrawn_vnd`; of what is left, `balance_vnd` is to be paid.
    """

    charged_vnd: int
    quantity: int
    balance_vnd: int
    units_before: int = 0
    withdrawn_vnd: int = 0

    @property
    def paid_vnd(self) -> int:
        """What is paid of what is left."""
        return self.charged_vnd - self.withdrawn_vnd - self.balance_vnd

    def withdraw(self, units: int) -> "WithdrawnLine":
        """Give back so many units: their price is first what of it is paid, then what is not."""
        before, left = self.charged_vnd * self.units_before // self.quantity, self.quantity - self.units_before
        price = self.charged_vnd * (self.units_before + units) // self.quantity - before
        paid = price - self.balance_vnd * units // left
        # A dong that does not divide is looked for where there still is one.
        paid = max(min(paid, self.paid_vnd), price - self.balance_vnd, 0)
        return WithdrawnLine(back_vnd=paid, price_vnd=price, balance_vnd=self.balance_vnd - (price - paid))


@dataclass(frozen=True)
class WithdrawnLine:
    """What becomes of a line of which units are given back, in dong.

    `back_vnd` of their price goes back, and `balance_vnd` of the line is still to be paid.
    """

    back_vnd: int
    price_vnd: int
    balance_vnd: int


def withdraw(lines: Mapping[uuid.UUID, OpenLine], units: Mapping[uuid.UUID, int]) -> dict[uuid.UUID, WithdrawnLine]:
    """What becomes of every line of a parcel whose rest is not paid, when so many units of some are given back.

    A rest that is too small for a card is taken off what goes back. Raises ValueError where that is too little.
    """
    found = {
        key: line.withdraw(units[key]) if units.get(key) else WithdrawnLine(0, 0, line.balance_vnd)
        for key, line in lines.items()
    }
    rest = sum(line.balance_vnd for line in found.values())
    if rest == 0 or is_worth_collecting(rest):
        return found
    given = [key for key in found if units.get(key)]
    # At least a dong of each goes back, so that the refund names it.
    taken = dict(zip(given, spread(rest, [max(found[key].back_vnd - 1, 0) for key in given]), strict=True))
    return {
        key: replace(line, back_vnd=line.back_vnd - taken.get(key, 0), balance_vnd=0) for key, line in found.items()
    }
