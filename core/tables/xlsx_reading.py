"""XLSX workbooks: unpacked within limits and looked through before the reader of cells gets them.

A small file can hold a very large sheet: packed zeros, one long text that a million cells point to, a single cell in
the last row of the last column. So every part is unpacked here, counted, and handed on unpacked.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from xml.etree import ElementTree
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

from core.errors import Invalid
from core.i18n import lazy_gettext as _l
from core.tables.cells import Cell
from core.tables.rows import Limits, Row, clean_text, make_row, text_too_long
from core.tables.xlsx_limits import check_sheet, shared_text_lengths

_MOST_PARTS: Final = 2_000
_PARTS: Final = ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/", "xl/worksheets/")
_PARTS_BESIDE: Final = ("xl/styles.xml", "xl/sharedStrings.xml")
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read_xlsx(content: bytes, *, field: str, limits: Limits) -> list[Row]:
    """The rows of the first visible sheet that hold something. Raises Invalid, naming `field`."""
    try:
        parts = _unpack(content, field, limits)
        name, part = _first_sheet(parts)
        lengths = shared_text_lengths(parts.get("xl/sharedStrings.xml", b""), field, limits)
        check_sheet(parts[part], lengths, field, limits)
        return list(_rows(_packed_anew(parts), name, field, limits))
    except (
        CalamineError,
        ElementTree.ParseError,
        IndexError,
        KeyError,
        NotImplementedError,
        OSError,
        OverflowError,
        RuntimeError,
        StopIteration,
        UnicodeDecodeError,
        ValueError,
        expat.ExpatError,
        zipfile.BadZipFile,
        zlib.error,
    ):
        raise Invalid(
            _l("This Excel file cannot be read. Please open it, save it anew as .xlsx, and choose it again."),
            field=field,
        ) from None


def _unpack(content: bytes, field: str, limits: Limits) -> dict[str, bytes]:
    """The parts that hold cells, by their names."""
    parts: dict[str, bytes] = {}
    size = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = archive.infolist()
        _check_kind({info.filename for info in infos}, archive, field)
        if len(infos) > _MOST_PARTS:
            raise _too_large_inside(field)
        for info in infos:
            if not info.filename.startswith(_PARTS) and info.filename not in _PARTS_BESIDE:
                continue
            size += info.file_size
            if size > limits.unpacked_bytes:
                raise _too_large_inside(field)
            # No more than the stated size is ever unpacked: a size that lies makes the checksum wrong.
            parts[info.filename] = archive.read(info)
    if b"macroEnabled" in parts["[Content_Types].xml"]:
        raise _macros(field)
    for part in parts.values():
        # No spreadsheet declares entities; whoever does wants them to grow.
        if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
            raise zipfile.BadZipFile
    return parts


def _check_kind(names: set[str], archive: zipfile.ZipFile, field: str) -> None:
    if any(name.casefold().endswith("vbaproject.bin") for name in names):
        raise _macros(field)
    if "xl/workbook.xml" in names and "[Content_Types].xml" in names:
        return
    if "mimetype" in names or "xl/workbook.bin" in names:
        raise Invalid(_l("This kind of spreadsheet is not read here. Please save it as .xlsx."), field=field)
    raise Invalid(_l("This is not a table. Please choose an XLSX or CSV file."), field=field)


def _macros(field: str) -> Invalid:
    return Invalid(
        _l("This file contains macros (VBA), which are refused. Please save it as .xlsx, without macros."), field=field
    )


def _too_large_inside(field: str) -> Invalid:
    return Invalid(
        _l("This Excel file is far larger inside than outside. Please copy its rows into the template."), field=field
    )


def _first_sheet(parts: dict[str, bytes]) -> tuple[str, str]:
    """The name of the first visible sheet of cells, and the part of the file that holds it."""
    sheet = next(
        sheet
        for sheet in _xml(parts["xl/workbook.xml"]).iter(f"{_MAIN}sheet")
        if sheet.get("state", "visible") == "visible"
    )
    relation = sheet.attrib[_RELATION]
    target = next(
        each.attrib["Target"] for each in _xml(parts["xl/_rels/workbook.xml.rels"]) if each.get("Id") == relation
    )
    return sheet.attrib["name"], target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _xml(part: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(part)  # noqa: S314  # without entities, which were refused before


def _packed_anew(parts: dict[str, bytes]) -> bytes:
    """The parts as a file of their true size, so that the next reader unpacks nothing."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def _rows(content: bytes, name: str, field: str, limits: Limits) -> Iterator[Row]:
    with CalamineWorkbook.from_object(io.BytesIO(content)) as workbook:
        values = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    for number, cells in enumerate(values, 1):
        row = make_row(number, (_cell(value, number, field, limits) for value in cells))
        if row is not None:
            yield row


def _cell(value: Any, number: int, field: str, limits: Limits) -> Cell:
    if isinstance(value, str):
        if len(value) > limits.cell_characters:
            raise text_too_long(limits, number, field)
        return clean_text(value)
    if isinstance(value, float):
        return int(value) if value.is_integer() else Decimal(repr(value))
    if isinstance(value, bool | int | datetime | date):
        return value
    return str(value)  # a time of day or a duration: no column asks for one
