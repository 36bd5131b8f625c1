"""Rows as both kinds of file give them, and how much of a file is read."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from core.errors import Invalid
from core.i18n import format_number
from core.i18n import lazy_gettext as _l
from core.tables.cells import Cell

_SPACES: Final = str.maketrans({"\u00a0": " ", "\u202f": " ", "\ufeff": "", "\r": "\n"})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read: bytes of the file, rows below the first, columns, characters of a cell and of all cells."""

    file_bytes: int = 5_000_000
    rows: int = 5_000
    columns: int = 60
    cell_characters: int = 4_000
    characters: int = 20_000_000
    unpacked_bytes: int = 30_000_000


LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Row:
    """One row that holds something. `number` is the one that a spreadsheet shows beside it, from 1.

    Cells are texts (NFC, without outer white space, never empty), whole numbers, decimals, dates, moments without a
    zone, truth values, or None where nothing stands. Empty cells at the end are left out.
    """

    number: int
    cells: tuple[Cell, ...]


def clean_text(text: str) -> str | None:
    """`text` in NFC without outer white space; None when nothing is left."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").translate(_SPACES)).strip() or None


def make_row(number: int, cells: Iterable[Cell]) -> Row | None:
    """The row without empty cells at its end; None when it holds nothing."""
    kept = list(cells)
    while kept and kept[-1] is None:
        kept.pop()
    return Row(number, tuple(kept)) if kept else None


def too_many_rows(limits: Limits, field: str) -> Invalid:
    """The refusal of a table that is too long."""
    return Invalid(
        _l(
            "This table has more than %(rows)s rows. Please split it into several files.",
            rows=format_number(limits.rows),
        ),
        field=field,
    )


def too_many_columns(limits: Limits, field: str) -> Invalid:
    """The refusal of a table that is too wide."""
    return Invalid(
        _l("This table has more than %(columns)s columns. Please start from the template.", columns=limits.columns),
        field=field,
    )


def too_large(limits: Limits, field: str) -> Invalid:
    """The refusal of a file that is too large."""
    return Invalid(
        _l(
            "This file is larger than %(megabytes)s MB. A table of at most %(rows)s rows is smaller: please split it.",
            megabytes=limits.file_bytes // 1_000_000,
            rows=format_number(limits.rows),
        ),
        field=field,
    )


def text_too_long(limits: Limits, number: int, field: str) -> Invalid:
    """The refusal of a cell that holds too much."""
    return Invalid(
        _l(
            "Row %(row)s: a cell holds more than %(characters)s characters. Please shorten it.",
            row=number,
            characters=format_number(limits.cell_characters),
        ),
        field=field,
    )
