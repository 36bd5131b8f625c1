"""A statement as a table to take away."""

import uuid
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

from flask import url_for
from flask_babel import LazyString

from core.accounts import Actor
from core.errors import Invalid
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.tables import Cell, Column, Sheet
from market.ledger.models import AccountKind, PostingPart
from market.reports.models import ReportKind
from market.reports.sources import ReportSource, Scope, Subject, register_report
from market.statements.policies import require_producers_account, require_stalls_account
from market.statements.queries import Period, SellerAccount, all_lines, count_lines, opening_balance
from market.statements.rules import fault_of_day, fault_of_days
from market.statements.words import PART_NAMES, source_name

MOST_AT_ONCE: Final = 2_000


def register_statements() -> None:
    """Let statements be asked for as files."""
    register_report(
        ReportKind.PRODUCER_STATEMENT,
        _source(AccountKind.PRODUCER_PAYABLE, _l("Statement"), _producer, _producers_page),
    )
    register_report(
        ReportKind.STALL_STATEMENT,
        _source(AccountKind.STALL_PAYABLE, _l("Statement of the stall"), _stall, _stalls_page),
    )


def statement_sheet(account: SellerAccount, period: Period) -> Sheet:
    """All lines between the opening and the closing balance, in dong."""
    columns = (
        Column(_("Day"), 12),
        Column(_("Entry"), 30),
        Column(_("Number"), 14),
        *(Column(str(PART_NAMES[part])) for part in PostingPart),
        Column(_("Balance")),
        Column(_("Note"), 40),
    )
    return Sheet(_("Statement"), columns, _rows(account, period))


def _rows(account: SellerAccount, period: Period) -> Iterator[tuple[Cell, ...]]:
    """The sums below are those of the lines above them, whatever is booked while they are written."""
    balance, totals = opening_balance(account, period), dict.fromkeys(PostingPart, 0)
    blanks: tuple[Cell, ...] = ("",) * len(PostingPart)
    yield (period.first_day, _("Opening balance"), "", *blanks, balance, "")
    for line in all_lines(account, period, opening_vnd=balance):
        note = _("Happened on %(day)s, in a closed month.", day=f"{line.happened_on:%d/%m/%Y}") if line.is_late else ""
        amounts = tuple(line.parts[part] for part in PostingPart)
        yield (line.booked_on, source_name(line.source), line.reference or "", *amounts, line.balance_vnd, note)
        balance = line.balance_vnd
        for part, amount in line.parts.items():
            totals[part] += amount
    yield (period.last_day, _("Closing balance"), "", *totals.values(), balance, "")


def _source(
    kind: AccountKind,
    title: LazyString,
    subject_of: Callable[[Actor, uuid.UUID], Subject],
    page_of: Callable[[Scope], str],
) -> ReportSource:
    return ReportSource(
        title=title,
        subject_of=subject_of,
        check_days=_check_days,
        count_rows=lambda scope: count_lines(SellerAccount(kind, scope.owner_id), _period(scope)),
        sheets=lambda scope: [statement_sheet(SellerAccount(kind, scope.owner_id), _period(scope))],
        page_of=page_of,
        most_at_once=MOST_AT_ONCE,
    )


def _period(scope: Scope) -> Period:
    return Period(scope.first_day, scope.last_day)


def _check_days(first_day: date, last_day: date) -> None:
    fault = fault_of_day(first_day) or fault_of_day(last_day) or fault_of_days(first_day, last_day)
    if fault is not None:
        raise Invalid(fault)


def _producer(actor: Actor, producer_id: uuid.UUID) -> Subject:
    producer = require_producers_account(actor, producer_id)
    return Subject(producer.name, f"statement-{producer.slug}")


def _stall(actor: Actor, stall_id: uuid.UUID) -> Subject:
    stall = require_stalls_account(actor, stall_id)
    return Subject(f"{stall.number} · {stall.name}", f"statement-{stall.placard_code}")


def _producers_page(scope: Scope) -> str:
    return url_for("statements.farm", producer=scope.owner_id, **_days(scope))


def _stalls_page(scope: Scope) -> str:
    return url_for("statements.stall", stall_id=scope.owner_id, **_days(scope))


def _days(scope: Scope) -> dict[str, Any]:
    return {"from": scope.first_day, "to": scope.last_day}
