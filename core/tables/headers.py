"""The header row of a table that somebody brought, and its rows as records.

People rename columns, drop marks and change the order: names are compared folded, in every language a column has.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from core.errors import Invalid
from core.i18n import fold
from core.i18n import lazy_gettext as _l
from core.tables.cells import Cell, read_text
from core.tables.rows import Row

_NOT_WORD: Final = re.compile(r"[^a-z0-9%]+")
_BRACKETS: Final = re.compile(r"\([^)]*\)")
_LOOKED_AT: Final = 15


@dataclass(frozen=True, slots=True)
class Heading:
    """A column that is understood: `key` for the program; `names` as people write it, the first one as we do."""

    key: str
    names: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A row below the header: its number in the file, and its cells by the key of their column."""

    number: int
    cells: dict[str, Cell]

    def __getitem__(self, key: str) -> Cell:
        return self.cells.get(key)


@dataclass(frozen=True, slots=True)
class Records:
    """All records; `titles` are the columns as the file names them, `unknown` those that nobody asked for."""

    records: list[Record]
    titles: dict[str, str]
    unknown: list[str] = field(default_factory=list)


def read_records(rows: Sequence[Row], headings: Sequence[Heading], *, file_field: str = "file") -> Records:
    """The rows as records of `headings`. A title or a note may stand above the header row.

    Raises Invalid, naming `file_field`, when no header is found, a required column is missing or one is there twice.
    """
    known = {folded_name(name): heading.key for heading in headings for name in heading.names}
    position = _header_position(rows, known)
    if position is None:
        raise Invalid(
            _l(
                "The row with the names of the columns was not found. Expected are: %(columns)s.",
                columns=", ".join(heading.names[0] for heading in headings if heading.required),
            ),
            field=file_field,
        )
    header = rows[position]
    keys: list[str | None] = [known.get(folded_name(read_text(cell) or "")) for cell in header.cells]
    titles: dict[str, str] = {}
    for key, cell in zip(keys, header.cells, strict=True):
        title = read_text(cell) or ""
        if key is not None and key in titles:
            raise Invalid(_l("The column “%(column)s” is there twice.", column=title), field=file_field)
        if key is not None:
            titles[key] = title
    missing = [heading.names[0] for heading in headings if heading.required and heading.key not in titles]
    if missing:
        raise Invalid(
            _l("These columns are missing: %(columns)s. Please start from the template.", columns=", ".join(missing)),
            field=file_field,
        )
    unknown = [
        read_text(cell) or "" for key, cell in zip(keys, header.cells, strict=True) if key is None and cell is not None
    ]
    return Records(list(_records(rows[position + 1 :], keys, file_field)), titles, unknown)


def folded_name(name: str) -> str:
    """The name without marks, case, punctuation and what stands in brackets: "Diện tích (m²)" is "dien tich"."""
    return _NOT_WORD.sub(" ", fold(_BRACKETS.sub(" ", name))).strip()


def _header_position(rows: Sequence[Row], known: dict[str, str]) -> int | None:
    """The first of the first rows in which at least two cells, or all, are names of columns."""
    for position, row in enumerate(rows[:_LOOKED_AT]):
        names = [folded_name(cell) for cell in row.cells if isinstance(cell, str)]
        found = sum(name in known for name in names)
        if found >= 2 or (found and found == len(names)):
            return position
    return None


def _records(rows: Sequence[Row], keys: Sequence[str | None], file_field: str) -> Iterator[Record]:
    for row in rows:
        if len(row.cells) > len(keys):
            raise Invalid(
                _l(
                    "Row %(row)s has more cells than there are columns. A text that contains the separator needs "
                    "quotation marks.",
                    row=row.number,
                ),
                field=file_field,
            )
        cells: dict[str, Cell] = {}
        for key, cell in zip(keys, row.cells, strict=False):
            if key is not None and cell is not None:
                cells[key] = cell
        if cells:
            yield Record(row.number, cells)
