"""Reading the ledger."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from catalog.producers.models import Producer
from core.db import db
from market.ledger.models import AccountKind, LedgerAccount, LedgerEntry, LedgerMonthClose, LedgerPosting
from market.ledger.rules import last_day_of, month_after, month_before, month_of
from market.ledger.usecases import SITE

_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Turnover:
    """What happened on an account, or on all of one kind, in a period: dong, credits negative in balances only."""

    kind: AccountKind
    opening_vnd: int
    debits_vnd: int
    credits_vnd: int

    @property
    def closing_vnd(self) -> int:
        """The balance at the end of the period; debits are positive."""
        return self.opening_vnd + self.debits_vnd - self.credits_vnd


@dataclass(frozen=True, slots=True)
class OwnedTurnover(Turnover):
    """The turnover of one account, and whose it is: a producer's name, the stall's id, or None for the site's own."""

    owner_id: uuid.UUID
    producer_name: str | None


def balance_of(kind: AccountKind, owner_id: uuid.UUID = SITE) -> int:
    """The sum of all postings on an account in dong; debits are positive. Zero for an account never used."""
    return int(
        db.session.scalar(
            select(func.coalesce(func.sum(LedgerPosting.amount_vnd), 0))
            .join(LedgerAccount, LedgerPosting.account_id == LedgerAccount.id)
            .where(LedgerAccount.kind == kind, LedgerAccount.owner_id == owner_id)
        )
        or 0
    )


def ledger_total() -> int:
    """The sum over all accounts: zero, or the ledger is broken."""
    return int(db.session.scalar(select(func.coalesce(func.sum(LedgerPosting.amount_vnd), 0))) or 0)


def find_entry(source: str, source_id: uuid.UUID) -> LedgerEntry | None:
    """The entry of one business event."""
    return db.session.scalar(
        select(LedgerEntry).where(LedgerEntry.source == source, LedgerEntry.source_id == source_id)
    )


def trial_balance(*, first_day: date | None = None, last_day: date | None = None) -> list[Turnover]:
    """Every kind of account in the chart's order, with its turnover in the days given; without days, all of them."""
    found = {
        AccountKind(kind): Turnover(AccountKind(kind), int(opening), int(debits), int(credits))
        for kind, opening, debits, credits in db.session.execute(
            _turnover(first_day, last_day, LedgerAccount.kind).group_by(LedgerAccount.kind)
        )
    }
    return [found.get(kind, Turnover(kind, 0, 0, 0)) for kind in AccountKind]


def turnover_of_accounts(*, first_day: date, last_day: date) -> Iterator[OwnedTurnover]:
    """Every single account that was ever used, by kind and owner, with its turnover in the days given."""
    columns = (LedgerAccount.kind, LedgerAccount.owner_id, Producer.name)
    statement = (
        _turnover(first_day, last_day, *columns)
        .outerjoin(Producer, Producer.id == LedgerAccount.owner_id)
        .group_by(*columns)
        .order_by(LedgerAccount.kind, Producer.name, LedgerAccount.owner_id)
        .execution_options(yield_per=_BATCH)
    )
    for kind, owner_id, name, opening, debits, credits in db.session.execute(statement):
        yield OwnedTurnover(AccountKind(kind), int(opening), int(debits), int(credits), owner_id, name)


def count_accounts() -> int:
    """How many accounts there are."""
    return db.session.scalar(select(func.count()).select_from(LedgerAccount)) or 0


def entries_booked_late(*, first_day: date, last_day: date) -> Iterator[LedgerEntry]:
    """What counts for these days although it happened in a month that was closed already, in order of its day."""
    statement = (
        select(LedgerEntry)
        .where(LedgerEntry.booked_on.between(first_day, last_day), LedgerEntry.happened_on < LedgerEntry.booked_on)
        .order_by(LedgerEntry.happened_on, LedgerEntry.id)
        .execution_options(yield_per=_BATCH)
    )
    yield from db.session.scalars(statement)


def list_months(today: date, *, limit: int = 36) -> list[tuple[date, LedgerMonthClose | None]]:
    """The months since the first entry, the newest first, each with its close; at most `limit`."""
    first = db.session.scalar(select(func.min(LedgerEntry.booked_on)))
    closes = {
        close.month: close
        for close in db.session.scalars(
            select(LedgerMonthClose)
            .options(joinedload(LedgerMonthClose.closer))
            .order_by(LedgerMonthClose.month.desc())
            .limit(limit)
        )
    }
    months = [month_of(today)]
    oldest = month_of(first) if first is not None else month_of(today)
    while months[-1] > oldest and len(months) < limit:
        months.append(month_before(months[-1]))
    return [(month, closes.get(month)) for month in months]


def find_month_close(month: date) -> LedgerMonthClose | None:
    """How the month that begins on `month` was closed."""
    return db.session.get(LedgerMonthClose, month)


def next_month_to_close(today: date) -> date | None:
    """The first day of the oldest month that is over and open; None while there is none."""
    closed = db.session.scalar(select(func.max(LedgerMonthClose.month)))
    if closed is not None:
        month = month_after(closed)
    else:
        first = db.session.scalar(select(func.min(LedgerEntry.booked_on)))
        if first is None:
            return None
        month = month_of(first)
    return month if last_day_of(month) < today else None


def _turnover(first_day: date | None, last_day: date | None, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Opening balance, debits and credits of the accounts, to be grouped by `columns`."""
    amount, booked_on = LedgerPosting.amount_vnd, LedgerEntry.booked_on
    within = booked_on >= (first_day or date.min)
    statement = (
        select(
            *columns,
            func.coalesce(func.sum(amount).filter(~within), 0),
            func.coalesce(func.sum(amount).filter(within, amount > 0), 0),
            func.coalesce(-func.sum(amount).filter(within, amount < 0), 0),
        )
        .select_from(LedgerPosting)
        .join(LedgerEntry, LedgerEntry.id == LedgerPosting.entry_id)
        .join(LedgerAccount, LedgerAccount.id == LedgerPosting.account_id)
    )
    return statement.where(booked_on <= last_day) if last_day is not None else statement
