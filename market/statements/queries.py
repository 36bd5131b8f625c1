"""Reading a seller's account. All amounts are as the seller sees them: what the site owes more is positive."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Select, distinct, func, select

from core.db import db
from core.web.paging import Page
from market.ledger.models import AccountKind, LedgerAccount, LedgerEntry, LedgerPosting, PostingPart
from market.ledger.rules import part_of

Parts = dict[PostingPart, int]


@dataclass(frozen=True, slots=True)
class SellerAccount:
    """Whose account: of a producer or of a stall, by its id."""

    kind: AccountKind
    owner_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Period:
    """The days of a statement, both included."""

    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry: its day, the number people know it by, what it changed in each part, and the balance after it."""

    booked_on: date
    happened_on: date
    source: str
    reference: str | None
    parts: Parts
    balance_vnd: int

    @property
    def is_late(self) -> bool:
        """Whether it happened in a month that was closed already."""
        return self.happened_on < self.booked_on


@dataclass(frozen=True, slots=True)
class Statement:
    """A period of an account: the balance before and after it, the sum of each part, and one page of its lines."""

    opening_vnd: int
    totals: Parts
    page: Page[StatementLine]

    @property
    def closing_vnd(self) -> int:
        """What the site owes at the end of the period."""
        return self.opening_vnd + sum(self.totals.values())


def statement_of(account: SellerAccount, period: Period, *, page: int, per_page: int) -> Statement:
    """One page of a statement, in a fixed number of queries."""
    opening = opening_balance(account, period)
    lines = _lines(account, _entries(account, period).limit(per_page).offset((page - 1) * per_page), opening)
    return Statement(opening, _totals(account, period), Page(lines, page, per_page, count_lines(account, period)))


def opening_balance(account: SellerAccount, period: Period) -> int:
    """What the site owed before the period, in dong."""
    before = _postings(account).where(LedgerEntry.booked_on < period.first_day)
    return -int(db.session.scalar(before.with_only_columns(func.coalesce(func.sum(LedgerPosting.amount_vnd), 0))) or 0)


_OF_ENTRY = (
    LedgerEntry.id,
    LedgerEntry.booked_on,
    LedgerEntry.happened_on,
    LedgerEntry.source,
    LedgerEntry.reference,
)


def count_lines(account: SellerAccount, period: Period) -> int:
    """How many lines a statement of the period has."""
    entries = _within(_postings(account), period).with_only_columns(func.count(distinct(LedgerEntry.id)))
    return db.session.scalar(entries) or 0


def all_lines(
    account: SellerAccount, period: Period, *, opening_vnd: int, batch: int = 1_000
) -> Iterator[StatementLine]:
    """Every line of a statement in order, for a file: one query, of which no more than a batch is in memory."""
    statement = (
        _within(_postings(account), period)
        .with_only_columns(
            *_OF_ENTRY,
            LedgerPosting.part,
            LedgerPosting.amount_vnd,
        )
        .order_by(LedgerEntry.booked_on, LedgerEntry.id, LedgerPosting.id)
        .execution_options(yield_per=batch)
    )
    balance = opening_vnd
    with db.session.execute(statement) as rows:
        for entry, postings in groupby(rows, key=lambda row: row[:5]):
            _id, booked_on, happened_on, source, reference = entry
            parts = _by_part((part, source, int(amount)) for *_entry, part, amount in postings)
            balance += sum(parts.values())
            yield StatementLine(booked_on, happened_on, source, reference, parts, balance)


def _totals(account: SellerAccount, period: Period) -> Parts:
    rows = db.session.execute(
        _within(_postings(account), period)
        .with_only_columns(LedgerPosting.part, LedgerEntry.source, func.sum(LedgerPosting.amount_vnd))
        .group_by(LedgerPosting.part, LedgerEntry.source)
    )
    return _by_part((part, source, int(amount)) for part, source, amount in rows)


def _entries(account: SellerAccount, period: Period) -> Select[*tuple[Any, ...]]:
    """The entries of the period, each with the sum of all changes up to it."""
    order = (LedgerEntry.booked_on, LedgerEntry.id)
    return (
        _within(_postings(account), period)
        .with_only_columns(
            *_OF_ENTRY,
            func.sum(func.sum(LedgerPosting.amount_vnd)).over(order_by=order),
        )
        .group_by(LedgerEntry.id)
        .order_by(*order)
    )


def _lines(account: SellerAccount, entries: Select[*tuple[Any, ...]], opening: int) -> Sequence[StatementLine]:
    rows = db.session.execute(entries).all()
    changes: defaultdict[uuid.UUID, list[tuple[PostingPart | None, str, int]]] = defaultdict(list)
    postings = _postings(account).where(LedgerEntry.id.in_([row[0] for row in rows]))
    for entry_id, part, source, amount in db.session.execute(
        postings.with_only_columns(
            LedgerEntry.id, LedgerPosting.part, LedgerEntry.source, LedgerPosting.amount_vnd
        ).order_by(LedgerPosting.id)
    ):
        changes[entry_id].append((part, source, int(amount)))
    return [
        StatementLine(booked_on, happened_on, source, reference, _by_part(changes[entry_id]), opening - int(changed))
        for entry_id, booked_on, happened_on, source, reference, changed in rows
    ]


def _by_part(changes: Iterable[tuple[PostingPart | None, str, int]]) -> Parts:
    """The changes of postings added up by part, every part named, with the seller's sign."""
    parts = dict.fromkeys(PostingPart, 0)
    for part, source, amount in changes:
        parts[part_of(part, source)] -= amount
    return parts


def _postings(account: SellerAccount) -> Select[*tuple[Any, ...]]:
    account_id = select(LedgerAccount.id).where(
        LedgerAccount.kind == account.kind, LedgerAccount.owner_id == account.owner_id
    )
    return (
        select(LedgerPosting.id)
        .join(LedgerEntry, LedgerEntry.id == LedgerPosting.entry_id)
        .where(LedgerPosting.account_id == account_id.scalar_subquery())
    )


def _within(statement: Select[*tuple[Any, ...]], period: Period) -> Select[*tuple[Any, ...]]:
    return statement.where(LedgerEntry.booked_on.between(period.first_day, period.last_day))
