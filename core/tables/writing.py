"""Tables to take away. Nothing that somebody typed becomes a formula in the spreadsheet of somebody else.

In CSV an apostrophe stands before what would be one (OWASP, CSV injection); reading takes it off again. In XLSX such
a cell is a text, and marked so that it stays one when it is edited.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest
from typing import IO, Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_range_abs

from core.i18n import LOCAL_TIME_ZONE
from core.tables.cells import Cell, read_text

_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "'")
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_NOT_IN_SHEET_NAMES: Final = re.compile(r"[\[\]:*?/\\']")
_CHOICES: Final = "choices"
_LAST_OFFERED: Final = 5_000
"""The last row, from 0, below whose cells choices are offered."""

_LONGEST_CELL: Final = 32_767
_MOST_EXACT: Final = 10**15
"""Spreadsheets keep numbers as binary fractions: a whole number with more digits than fifteen is not kept exactly."""
_FIRST_DAY: Final = date(1900, 3, 1)
"""Before this day spreadsheets count wrongly: to them the year 1900 was a leap year."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title and its width in characters; long texts wrap.

    `choices` are offered as a list below each cell of the column; anything else may be written all the same.
    """

    title: str
    width: int = 16
    choices: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook. Moments in `rows` must be aware; they are written as Vietnamese time.

    `rows` may be a generator: no more than one row is in memory at a time.
    """

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]


def counted(sheets: Iterable[Sheet], tell: Callable[[int], None], *, every: int = 500) -> Iterator[Sheet]:
    """The same sheets; while their rows are written, `tell` is told from time to time how many that are so far."""
    written = 0

    def rows_of(sheet: Sheet) -> Iterator[Sequence[Cell]]:
        nonlocal written
        for row in sheet.rows:
            yield row
            written += 1
            if written % every == 0:
                tell(written)

    for sheet in sheets:
        yield Sheet(sheet.name, sheet.columns, rows_of(sheet))


def write_csv(sheet: Sheet, *, separator: str = ",") -> Iterator[bytes]:
    """The sheet as CSV in UTF-8 with a mark, so that Excel reads the Vietnamese letters; a piece per row."""
    yield "\ufeff".encode()
    yield _line([column.title for column in sheet.columns], separator)
    for row in sheet.rows:
        yield _line(row, separator)


def write_xlsx(file: IO[bytes], sheets: Iterable[Sheet]) -> None:
    """Write the sheets as a workbook into `file`, row by row."""
    workbook = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    formats = _Formats(workbook)
    choices: list[Sequence[str]] = []
    for sheet in sheets:
        page = _write_sheet(workbook, formats, sheet)
        for position, column in enumerate(sheet.columns):
            if column.choices:
                _offer_choices(page, position, len(choices), len(column.choices))
                choices.append(column.choices)
    if choices:
        _write_choices(workbook, formats, choices)
    workbook.close()


def neutralised(text: str) -> str:
    """`text` with an apostrophe before it when a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _line(cells: Sequence[Cell], separator: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerow([_csv_text(cell) for cell in cells])
    return out.getvalue().encode()


def _csv_text(cell: Cell) -> str:
    if isinstance(cell, str):
        return neutralised(_storable(cell))
    if isinstance(cell, datetime):
        return read_text(_local(cell)) or ""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return read_text(cell) or ""


def _storable(text: str) -> str:
    """The text in NFC, without signs that neither kind of file can hold."""
    return _CONTROL.sub("\ufffd", unicodedata.normalize("NFC", text))


def _local(moment: datetime) -> datetime:
    """The moment as a clock in Vietnam shows it; spreadsheets know no zones."""
    return moment.astimezone(LOCAL_TIME_ZONE).replace(tzinfo=None, second=0, microsecond=0)


class _Formats:
    """The looks of cells, made once a workbook."""

    def __init__(self, workbook: Any) -> None:
        cell = {"valign": "top", "font_name": "Arial", "font_size": 10}
        self.header = workbook.add_format(
            {**cell, "bold": True, "text_wrap": True, "bg_color": "#174F2D", "font_color": "#FFFFFF", "border": 1}
        )
        self.text = workbook.add_format({**cell, "text_wrap": True})
        self.quoted = workbook.add_format({**cell, "text_wrap": True, "quote_prefix": True})
        self.number = workbook.add_format(cell)
        self.whole = workbook.add_format({**cell, "num_format": "#,##0"})
        self.day = workbook.add_format({**cell, "num_format": "dd/mm/yyyy", "align": "left"})
        self.moment = workbook.add_format({**cell, "num_format": "dd/mm/yyyy hh:mm", "align": "left"})


def _offer_choices(page: Any, column: int, place: int, count: int) -> None:
    """Offer what will stand in the column `place` of the sheet of choices below the cells of `column`."""
    source = f"={_CHOICES}!{xl_range_abs(0, place, count - 1, place)}"
    # Other names are understood too, so the list helps and forbids nothing.
    page.data_validation(1, column, _LAST_OFFERED, column, {"validate": "list", "source": source, "show_error": False})


def _write_choices(workbook: Any, formats: _Formats, choices: Sequence[Sequence[str]]) -> None:
    """The sheet of choices, a column for each list, which nobody sees."""
    page = workbook.add_worksheet(_CHOICES)
    page.very_hidden()
    for row, cells in enumerate(zip_longest(*choices)):
        for column, cell in enumerate(cells):
            _write_cell(page, formats, row, column, cell)


def _write_sheet(workbook: Any, formats: _Formats, sheet: Sheet) -> Any:
    name = _NOT_IN_SHEET_NAMES.sub(" ", sheet.name)[:31].strip()
    page = workbook.add_worksheet(name or None)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.freeze_panes(1, 0)
    for position, column in enumerate(sheet.columns):
        page.set_column(position, position, column.width)
    for position, column in enumerate(sheet.columns):
        page.write_string(0, position, _storable(column.title), formats.header)
    last = 0
    for last, row in enumerate(sheet.rows, 1):
        for position, cell in enumerate(row):
            _write_cell(page, formats, last, position, cell)
    if sheet.columns:
        page.autofilter(0, 0, last, len(sheet.columns) - 1)
    return page


def _write_cell(page: Any, formats: _Formats, row: int, column: int, cell: Cell) -> None:
    if isinstance(cell, datetime):
        page.write_datetime(row, column, _local(cell), formats.moment)
    elif isinstance(cell, date) and cell >= _FIRST_DAY:
        page.write_datetime(row, column, cell, formats.day)
    elif isinstance(cell, Decimal) and abs(cell) < _MOST_EXACT:
        page.write_number(row, column, cell, formats.number)
    elif isinstance(cell, int) and not isinstance(cell, bool) and abs(cell) < _MOST_EXACT:
        page.write_number(row, column, cell, formats.whole)
    elif cell is not None:
        text = _storable(read_text(cell) or "")
        if len(text) > _LONGEST_CELL:
            text = text[: _LONGEST_CELL - 1] + "…"
        if text:
            page.write_string(row, column, text, formats.quoted if text.startswith(_DANGEROUS) else formats.text)
