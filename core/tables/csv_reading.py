"""CSV as spreadsheets write it: whatever the encoding and the separator."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from charset_normalizer import from_bytes

from core.errors import Invalid
from core.i18n import lazy_gettext as _l
from core.tables.cells import Cell
from core.tables.rows import Limits, Row, clean_text, make_row, text_too_long, too_many_columns, too_many_rows

_SEPARATORS: Final = (",", ";", "\t")
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LEGACY: Final = ("cp1258", "cp1252")
"""What else spreadsheets in Vietnam write: the old Vietnamese code page, and the Western one."""

_NOT_TEXT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_KEPT_AS_TEXT: Final = re.compile(r'="(.*)"', re.DOTALL)
_NEUTRALISED: Final = re.compile(r"^'(?=[=+\-@\t\r'])")
_LOOKED_AT: Final = 20


def read_csv(content: bytes, *, field: str, limits: Limits) -> list[Row]:
    """The rows of a CSV file that hold something. Raises Invalid, naming `field`."""
    text = _decode(content, field)
    separator, text = _separator(text)
    rows: list[Row] = []
    try:
        for number, values in enumerate(_records(text, separator), 1):
            row = make_row(number, _cells(values, number, field, limits))
            if row is None:
                continue
            if len(row.cells) > limits.columns:
                raise too_many_columns(limits, field)
            if len(rows) > limits.rows:
                raise too_many_rows(limits, field)
            rows.append(row)
    except csv.Error:
        raise Invalid(
            _l("This file cannot be read as a table: a quotation mark is never closed. Please save it anew as CSV."),
            field=field,
        ) from None
    return rows


def _decode(content: bytes, field: str) -> str:
    text = _decoded(content)
    if text is None:
        raise Invalid(
            _l("The letters of this file cannot be read. Please save it as “CSV UTF-8” or as .xlsx."), field=field
        )
    if _NOT_TEXT.search(text):
        raise Invalid(_l("This is not a table. Please choose an XLSX or CSV file."), field=field)
    return text


def _decoded(content: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _attempt(content[len(mark) :], encoding)
    if b"\x00" in content:
        # ASCII signs, at least the separators, make every second byte zero: UTF-16 without its mark.
        little = content[1::2].count(0) > content[0::2].count(0)
        return (
            _attempt(content, "utf-16-le" if little else "utf-16-be") if content.count(0) * 5 > len(content) else None
        )
    text = _attempt(content, "utf-8")
    if text is not None:
        return text
    best = from_bytes(content, cp_isolation=list(_LEGACY), threshold=0.4).best()
    return None if best is None else str(best)


def _attempt(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _separator(text: str) -> tuple[str, str]:
    """The separator and the text without the line that names it ("sep=;"), which Excel hides and does not count."""
    first, _mark, rest = text.partition("\n")
    if len(first.strip("\r")) == 5 and first.casefold().startswith("sep="):
        return first[4], rest
    return max(_SEPARATORS, key=lambda separator: _regularity(text, separator)), text


def _regularity(text: str, separator: str) -> tuple[int, int]:
    """How many of the first rows have the same number of columns, more than one, and this number."""
    try:
        widths = Counter(len(values) for values in islice(_records(text, separator), _LOOKED_AT) if len(values) > 1)
    except csv.Error:
        return 0, 0
    return max(((count, width) for width, count in widths.items()), default=(0, 0))


def _records(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _cells(values: Iterable[str], number: int, field: str, limits: Limits) -> Iterator[Cell]:
    for value in values:
        if len(value) > limits.cell_characters:
            raise text_too_long(limits, number, field)
        yield _cell(value)


def _cell(value: str) -> str | None:
    if kept := _KEPT_AS_TEXT.fullmatch(value.strip()):
        value = kept[1].replace('""', '"')
    return clean_text(_NEUTRALISED.sub("", value, count=1))
