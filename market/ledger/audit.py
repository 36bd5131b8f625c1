"""Whether the ledger is right: all sums are zero, and everything that moved money is entered, once.

The features that move money say what must be entered: they put an `EntrySource` in the register, from their
`setup.py`.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, func, select

from core.db import db
from market.ledger.models import AccountKind, LedgerAccount, LedgerEntry, LedgerPosting
from market.ledger.queries import Turnover, trial_balance

NAMED = 20
"""How many of one fault are named; the rest is counted."""


@dataclass(frozen=True)
class EntrySource:
    """What stands behind the entries of one source.

    `due` selects the ids of what must be entered, each with the dong that its entry must have put on the account of
    `kind`; `possible` selects the ids of all that may be entered.
    """

    source: str
    kind: AccountKind
    due: Callable[[], Select[uuid.UUID, int]]
    possible: Callable[[], Select[uuid.UUID]]


@dataclass(frozen=True)
class Fault:
    """One kind of thing that is off: what, which ones (the first few), and how many."""

    what: str
    named: tuple[str, ...]
    count: int

    def __str__(self) -> str:
        more = f" and {self.count - len(self.named)} more" if self.count > len(self.named) else ""
        return f"{self.what}: {', '.join(self.named)}{more}"


@dataclass(frozen=True)
class Audit:
    """The trial balance and what is wrong with it; `total_vnd` is zero in a sound ledger."""

    balances: list[Turnover]
    faults: list[Fault] = field(default_factory=list)

    @property
    def total_vnd(self) -> int:
        """The sum of all accounts."""
        return sum(balance.closing_vnd for balance in self.balances)

    @property
    def is_sound(self) -> bool:
        """Whether nothing is off."""
        return not self.faults and self.total_vnd == 0


_sources: dict[str, EntrySource] = {}


def register_source(source: EntrySource) -> None:
    """Let the audit look after the entries of one source; saying it again replaces it."""
    _sources[source.source] = source


def audit_ledger() -> Audit:
    """Look at the whole ledger as it is now."""
    balances = trial_balance()
    faults = [_unbalanced(), _entered_twice()]
    total = sum(balance.closing_vnd for balance in balances)
    if total:
        faults.append(Fault("the accounts do not sum to zero", (f"{total} VND",), 1))
    for source in _sources.values():
        faults += [_missing(source), _unfounded(source), _wrong_amount(source)]
    return Audit(balances, [fault for fault in faults if fault is not None])


def _unbalanced() -> Fault | None:
    return _fault(
        "entries do not sum to zero",
        select(LedgerEntry.source, LedgerEntry.source_id)
        .join(LedgerPosting, LedgerPosting.entry_id == LedgerEntry.id)
        .group_by(LedgerEntry.id)
        .having(func.sum(LedgerPosting.amount_vnd) != 0),
    )


def _entered_twice() -> Fault | None:
    return _fault(
        "entered twice",
        select(LedgerEntry.source, LedgerEntry.source_id)
        .group_by(LedgerEntry.source, LedgerEntry.source_id)
        .having(func.count() > 1),
    )


def _missing(source: EntrySource) -> Fault | None:
    due = source.due().subquery()
    entered = select(LedgerEntry.id).where(LedgerEntry.source == source.source, LedgerEntry.source_id == due.c[0])
    return _fault(f"{source.source} without an entry", select(due.c[0]).where(~entered.exists()))


def _unfounded(source: EntrySource) -> Fault | None:
    return _fault(
        f"entries of a {source.source} that never was",
        select(LedgerEntry.source_id).where(
            LedgerEntry.source == source.source, LedgerEntry.source_id.not_in(source.possible())
        ),
    )


def _wrong_amount(source: EntrySource) -> Fault | None:
    due = source.due().subquery()
    posted = func.coalesce(func.sum(LedgerPosting.amount_vnd).filter(LedgerAccount.kind == source.kind), 0)
    return _fault(
        f"{source.source} with another amount on {source.kind}",
        select(due.c[0], due.c[1], posted)
        .join(LedgerEntry, (LedgerEntry.source_id == due.c[0]) & (LedgerEntry.source == source.source))
        .join(LedgerPosting, LedgerPosting.entry_id == LedgerEntry.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerPosting.account_id)
        .group_by(due.c[0], due.c[1])
        .having(posted != due.c[1]),
    )


def _fault(what: str, statement: Select[*tuple[Any, ...]]) -> Fault | None:
    """The rows of `statement` as a fault; None when there are none."""
    found = statement.order_by(None).subquery()
    count = db.session.scalar(select(func.count()).select_from(found)) or 0
    if not count:
        return None
    rows = db.session.execute(select(found).order_by(*found.c).limit(NAMED))
    return Fault(what, tuple(" ".join(str(cell) for cell in row) for row in rows), count)
