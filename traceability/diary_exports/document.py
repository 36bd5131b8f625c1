"""The shape of an exported diary: facts on top, then tables. Both kinds of file are made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from core.i18n import gettext as _
from core.tables import Cell
from core.web.templating import local_date, local_time
from traceability.diary.amounts import format_decimal


@dataclass(frozen=True, slots=True)
class DocumentColumn:
    """A column: its title and its share of the page's width, also its width in characters in a workbook."""

    title: str
    width: int


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the diary. `note` says in a sentence what it holds and on what the figures rest."""

    title: str
    columns: Sequence[DocumentColumn]
    rows: Sequence[Sequence[Cell]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class DiaryDocument:
    """A diary of one producer, of all plots or of one, over some days; texts are in the reader's language already."""

    title: str
    producer: str
    scope: str
    period: str
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    made_at: datetime
    signatures: Sequence[str]

    @property
    def row_count(self) -> int:
        """The rows of all tables."""
        return sum(len(section.rows) for section in self.sections)


def cell_text(cell: Cell) -> str:
    """The cell as it is printed, in the reader's language."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return local_time(cell)
    if isinstance(cell, date):
        return local_date(cell)
    if isinstance(cell, bool):
        return str(_("yes") if cell else _("no"))
    if isinstance(cell, int | Decimal):
        return format_decimal(Decimal(cell))
    return cell


def period_text(first_day: date, last_day: date) -> str:
    """The days from first to last."""
    return str(_("from %(first)s to %(last)s", first=local_date(first_day), last=local_date(last_day)))
