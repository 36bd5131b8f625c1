"""The report of a month as tables to take away: the trial balance, every account, and what was booked late."""

from collections.abc import Iterator
from datetime import date

from core.i18n import gettext as _
from core.tables import Cell, Column, Sheet
from market.ledger.queries import Turnover, entries_booked_late, trial_balance, turnover_of_accounts
from market.ledger.rules import last_day_of
from market.ledger.words import ACCOUNT_NAMES


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
            [
                (entry.happened_on, entry.booked_on, entry.reference or "", entry.description)
                for entry in entries_booked_late(first_day=month, last_day=last_day)
            ],
        ),
    )


def _row(line: Turnover) -> tuple[Cell, ...]:
    return (str(ACCOUNT_NAMES[line.kind]), *_figures(line))


def _figures(line: Turnover) -> tuple[int, ...]:
    return line.opening_vnd, line.debits_vnd, line.credits_vnd, line.closing_vnd


def _account_rows(month: date) -> Iterator[tuple[Cell, ...]]:
    for line in turnover_of_accounts(first_day=month, last_day=last_day_of(month)):
        owner = line.producer_name or (str(line.owner_id) if line.owner_id.int else _("the site"))
        yield (str(ACCOUNT_NAMES[line.kind]), owner, *_figures(line))
