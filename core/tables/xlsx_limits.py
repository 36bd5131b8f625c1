"""How much an XLSX sheet holds, counted in its XML before any cell is made.

The reader of cells lays the sheet out as a full rectangle, and copies a shared text for every cell that points to it.
So the last row, the last column and the sum of all texts are known here first (ECMA-376 part 1, §18.3 and §18.4).
"""

import re
from typing import Any, Final
from xml.parsers import expat

from core.errors import Invalid
from core.i18n import format_number
from core.i18n import lazy_gettext as _l
from core.tables.rows import Limits, text_too_long, too_many_columns, too_many_rows

_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_TEXT_TAGS: Final = ("v", "t")


def shared_text_lengths(part: bytes, field: str, limits: Limits) -> list[int]:
    """How many characters each shared text has. Raises Invalid for one that is too long."""
    lengths: list[int] = []
    current = 0
    inside = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal current, inside
        tag = _bare(tag)
        if tag == "si":
            current = 0
        inside = tag == "t"

    def text(data: str) -> None:
        nonlocal current
        if inside:
            current += len(data)

    def end(tag: str) -> None:
        nonlocal inside
        inside = False
        if _bare(tag) == "si":
            lengths.append(current)

    if part:
        _parse(part, start, text, end)
    return lengths


def check_sheet(part: bytes, lengths: list[int], field: str, limits: Limits) -> None:
    """Raises Invalid when the sheet is too long, too wide, or holds too much text; stops at the first excess."""
    counter = _Counter(lengths, field, limits)
    _parse(part, counter.start, counter.text, counter.end)


def _parse(part: bytes, start: Any, text: Any, end: Any) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.CharacterDataHandler = text
    parser.EndElementHandler = end
    parser.Parse(part, True)


def _bare(tag: str) -> str:
    """The tag without the prefix of its namespace."""
    return tag.rpartition(":")[2]


class _Counter:
    """Follows the cells of a sheet; only those that hold a value count, for whole columns may have a mere format."""

    def __init__(self, lengths: list[int], field: str, limits: Limits) -> None:
        self.lengths = lengths
        self.field = field
        self.limits = limits
        self.row = 0
        self.column = 0
        self.rows_with_values = 0
        self.last_row_with_values = 0
        self.characters = 0
        self.is_shared = False
        self.value: list[str] | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = _bare(tag)
        if tag == "row":
            self.row = int(attributes.get("r", self.row + 1))
            self.column = 0
        elif tag == "c":
            self._go_to(attributes.get("r"))
            self.is_shared = attributes.get("t") == "s"
        elif tag in _TEXT_TAGS:
            self.value = []

    def text(self, data: str) -> None:
        if self.value is not None:
            self.value.append(data)

    def end(self, tag: str) -> None:
        if self.value is not None and _bare(tag) in _TEXT_TAGS:
            self._count("".join(self.value))
            self.value = None

    def _go_to(self, reference: str | None) -> None:
        found = _REFERENCE.fullmatch(reference or "")
        if found is None:
            self.column += 1
            return
        self.column = 0
        for letter in found[1]:
            self.column = self.column * 26 + ord(letter) - 64
        self.row = int(found[2])

    def _count(self, value: str) -> None:
        length = self.lengths[int(value)] if self.is_shared else len(value)
        if length == 0:
            return
        if length > self.limits.cell_characters:
            raise text_too_long(self.limits, self.row, self.field)
        self.characters += length
        if self.row != self.last_row_with_values:
            self.last_row_with_values = self.row
            self.rows_with_values += 1
        if self.column > self.limits.columns:
            raise too_many_columns(self.limits, self.field)
        # One row more than is allowed, for the header.
        if self.rows_with_values > self.limits.rows + 1:
            raise too_many_rows(self.limits, self.field)
        if self.row > 2 * self.limits.rows + 1:
            raise Invalid(
                _l(
                    "Something stands in row %(row)s, far below the others. Please delete the empty rows between.",
                    row=format_number(self.row),
                ),
                field=self.field,
            )
        if self.characters > self.limits.characters:
            raise too_many_rows(self.limits, self.field)
