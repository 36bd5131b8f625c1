"""A statement as a table to take away."""

from collections.abc import Iterator

from core.i18n import gettext as _
from core.tables import Cell, Column, Sheet
from market.ledger.models import PostingPart
from market.statements.queries import Period, SellerAccount, Statement, all_lines
from market.statements.words import PART_NAMES, source_name


def statement_sheet(account: SellerAccount, period: Period, statement: Statement) -> Sheet:
    """All lines between the opening and the closing balance, in dong."""
    columns = (
        Column(_("Day"), 12),
        Column(_("Entry"), 30),
        Column(_("Number"), 14),
        *(Column(str(PART_NAMES[part])) for part in PostingPart),
        Column(_("Balance")),
        Column(_("Note"), 40),
    )
    return Sheet(_("Statement"), columns, _rows(account, period, statement))


def _rows(account: SellerAccount, period: Period, statement: Statement) -> Iterator[tuple[Cell, ...]]:
    blanks: tuple[Cell, ...] = ("",) * len(PostingPart)
    yield (period.first_day, _("Opening balance"), "", *blanks, statement.opening_vnd, "")
    for line in all_lines(account, period):
        note = _("Happened on %(day)s, in a closed month.", day=f"{line.happened_on:%d/%m/%Y}") if line.is_late else ""
        amounts = tuple(line.parts[part] for part in PostingPart)
        yield (line.booked_on, source_name(line.source), line.reference or "", *amounts, line.balance_vnd, note)
    totals = tuple(statement.totals[part] for part in PostingPart)
    yield (period.last_day, _("Closing balance"), "", *totals, statement.closing_vnd, "")
