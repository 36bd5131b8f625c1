"""The report of a month as tables to take away: the trial balance, every account, and what was booked late."""

import uuid
from collections.abc import Iterator
from datetime import date

from flask import url_for

from core.accounts import Actor
from core.db import utc_now
from core.errors import NotFound
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n import local_today
from core.tables import Cell, Column, Sheet
from market.ledger.models import LedgerEntry
from market.ledger.policies import require_bookkeeper
from market.ledger.queries import (
    Turnover,
    count_accounts,
    entries_booked_late,
    trial_balance,
    turnover_of_accounts,
)
from market.ledger.rules import is_month_of_books, last_day_of
from market.ledger.usecases import SITE
from market.ledger.words import ACCOUNT_NAMES
from market.reports.models import ReportKind
from market.reports.sources import ReportSource, Scope, Subject, register_report


def register_month() -> None:
    """Let the report of a month be asked for as a file. Always from a worker: it reads every posting there is."""
    register_report(
        ReportKind.LEDGER_MONTH,
        ReportSource(
            title=_l("Month of the ledger"),
            subject_of=_books,
            check_days=_check_days,
            count_rows=lambda _scope: count_accounts(),
            sheets=lambda scope: month_sheets(scope.first_day),
            page_of=_page_of,
            most_at_once=0,
        ),
    )


def month_sheets(month: date) -> tuple[Sheet, ...]:
    """The sheets of the month that begins on `month`, the trial balance first. Amounts in dong, credits negative."""
    last_day = last_day_of(month)
    balances = trial_balance(first_day=month, last_day=last_day)
    figures = (Column(_("Opening balance")), Column(_("Debits")), Column(_("Credits")), Column(_("Closing balance")))
    return (
        Sheet(_("Trial balance"), (Column(_("Account"), 40), *figures), [_row(line) for line in balances]),
        Sheet(
            _("Accounts"),
            (Column(_("Account"), 40), Column(_("Owner"), 40), *figures),
            _account_rows(month),
        ),
        Sheet(
            _("Booked late"),
            (
                Column(_("Happened on"), 14),
                Column(_("Booked on"), 14),
                Column(_("Number"), 16),
                Column(_("Entry"), 60),
            ),
            (_late(entry) for entry in entries_booked_late(first_day=month, last_day=last_day)),
        ),
    )


def _late(entry: LedgerEntry) -> tuple[Cell, ...]:
    return (entry.happened_on, entry.booked_on, entry.reference or "", entry.description)


def _row(line: Turnover) -> tuple[Cell, ...]:
    return (str(ACCOUNT_NAMES[line.kind]), *_figures(line))


def _figures(line: Turnover) -> tuple[int, ...]:
    return line.opening_vnd, line.debits_vnd, line.credits_vnd, line.closing_vnd


def _account_rows(month: date) -> Iterator[tuple[Cell, ...]]:
    for line in turnover_of_accounts(first_day=month, last_day=last_day_of(month)):
        owner = line.producer_name or (str(line.owner_id) if line.owner_id.int else _("the site"))
        yield (str(ACCOUNT_NAMES[line.kind]), owner, *_figures(line))


def _books(actor: Actor, owner_id: uuid.UUID) -> Subject:
    require_bookkeeper(actor)
    if owner_id != SITE:
        raise NotFound
    return Subject("", "ledger")


def _check_days(first_day: date, last_day: date) -> None:
    """Raises NotFound for what is not one month in the calendar."""
    if not is_month_of_books(first_day, local_today(utc_now())) or last_day != last_day_of(first_day):
        raise NotFound


def _page_of(scope: Scope) -> str:
    return url_for("ledger.month", year=scope.first_day.year, number=scope.first_day.month)
