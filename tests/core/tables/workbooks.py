"""Workbooks for tests, also such as no spreadsheet writes."""

import io
import zipfile
from collections.abc import Sequence

import xlsxwriter


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    """A workbook with one sheet of these cells."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """The workbook with one part of its file added or replaced."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
    ):
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info.filename, old.read(info))
        new.writestr(name, part)
    return out.getvalue()


def part_of(content: bytes, name: str) -> bytes:
    """One part of the workbook's file."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)
