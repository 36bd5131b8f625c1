"""XLSX workbooks: what cells hold, and what is refused before it can do harm."""

import datetime
import io
import zipfile
from decimal import Decimal

import pytest
import xlsxwriter

from core.errors import Invalid
from core.tables import Limits, Row, read_table
from tests.core.tables.workbooks import part_of, with_part, workbook

SHEET = "xl/worksheets/sheet1.xml"


def read(content: bytes, **limits: int) -> list[Row]:
    return read_table(io.BytesIO(content), limits=Limits(**limits))


def refusal(content: bytes, **limits: int) -> str:
    with pytest.raises(Invalid) as refused:
        read(content, **limits)
    assert refused.value.field == "file"
    return str(refused.value)


def test_cells_come_as_what_they_are() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write_row(1, 1, ["  Vườn đồi ", 12, 2.5, True])
    sheet.write_datetime(1, 5, datetime.date(2026, 9, 15), book.add_format({"num_format": "dd/mm/yyyy"}))
    sheet.write_datetime(
        1, 6, datetime.datetime(2026, 9, 15, 7, 30), book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    )
    sheet.write_formula(1, 7, "=C2*2", None, 24)
    sheet.write_formula(1, 8, "=1/0", None, "#DIV/0!")
    book.close()
    day, moment = datetime.date(2026, 9, 15), datetime.datetime(2026, 9, 15, 7, 30)
    assert read(out.getvalue()) == [Row(2, (None, "Vườn đồi", 12, Decimal("2.5"), True, day, moment, 24))]


def test_the_first_visible_sheet_is_read() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    hidden, first, second = book.add_worksheet("Danh mục"), book.add_worksheet("Nhật ký"), book.add_worksheet("Khác")
    hidden.write(0, 0, "hidden")
    first.write(0, 0, "first")
    second.write(0, 0, "second")
    first.activate()
    first.set_first_sheet()
    hidden.hide()
    book.close()
    assert read(out.getvalue()) == [Row(1, ("first",))]


def test_formatted_but_empty_rows_do_not_count() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["a", "b"])
    sheet.set_column(0, 16_383, 12, book.add_format({"bold": True}))
    for number in range(1, 9000):
        sheet.write_blank(number, 0, None, book.add_format({"border": 1}) if number == 1 else None)
    sheet.write_blank(1_048_575, 5, None, book.add_format({"bold": True}))
    book.close()
    assert read(out.getvalue()) == [Row(1, ("a", "b"))]


def test_limits_of_rows_columns_and_cells_are_named() -> None:
    assert len(read(workbook([["a"]] * 4), rows=3)) == 4
    assert "more than 3 rows" in refusal(workbook([["a"]] * 5), rows=3)
    assert "more than 2 columns" in refusal(workbook([["a", "b", "c"]]), columns=2)
    assert refusal(workbook([["a"], ["12345"]]), cell_characters=4).startswith("Row 2:")


def test_a_cell_far_away_is_refused_before_a_sheet_of_that_size_is_laid_out() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write(0, 0, "a")
    sheet.write(1_048_575, 0, "far below")
    book.close()
    assert "row 1.048.576" in refusal(out.getvalue())


def test_a_cell_far_to_the_right_is_refused() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    book.add_worksheet().write(0, 16_383, "far right")
    book.close()
    assert "60 columns" in refusal(out.getvalue())


def test_packed_zeros_are_refused_by_the_size_that_they_would_have() -> None:
    bomb = with_part(workbook([["a"]]), SHEET, b" " * 40_000_000)
    assert len(bomb) < 100_000
    assert "far larger inside" in refusal(bomb)


def test_a_part_whose_stated_size_lies_is_not_unpacked_further() -> None:
    bomb = with_part(workbook([["a"]]), SHEET, part_of(workbook([["a"]]), SHEET) + b" " * 20_000_000)
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        true_size = archive.getinfo(SHEET).file_size
    lying = bomb.replace(true_size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lying != bomb
    assert "cannot be read" in refusal(lying)


def test_one_long_text_that_many_cells_point_to_is_counted_as_often() -> None:
    content = workbook([["x" * 3000] * 50] * 500)
    assert len(content) < 100_000
    assert "rows" in refusal(content)


def test_entities_that_grow_are_refused() -> None:
    sheet = part_of(workbook([["a"]]), SHEET)
    entity = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    assert "cannot be read" in refusal(
        with_part(workbook([["a"]]), SHEET, sheet.replace(b"<worksheet", entity + b"<worksheet", 1))
    )


def test_macros_are_refused_and_named() -> None:
    assert "macros" in refusal(with_part(workbook([["a"]]), "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0"))
    types = part_of(workbook([["a"]]), "[Content_Types].xml").replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    assert "macros" in refusal(with_part(workbook([["a"]]), "[Content_Types].xml", types))


def test_old_workbooks_are_refused_and_their_macros_named() -> None:
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
    assert ".xls" in refusal(old)
    assert "macros" in refusal(old + "_VBA_PROJECT".encode("utf-16-le"))


def test_other_archives_and_spreadsheets_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")
    assert ".xlsx" in refusal(out.getvalue())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("photo.jpg", "x")
    assert "not a table" in refusal(out.getvalue())


def test_a_damaged_workbook_is_refused_wherever_it_is_cut_or_changed() -> None:
    content = workbook([["a", 1], ["b", 2]])
    for position in range(10, len(content), 97):
        assert refusal(content[:position])
        changed = content[:position] + bytes([content[position] ^ 0x5A]) + content[position + 1 :]
        try:
            read(changed)  # a change where nothing is looked at does no harm
        except Invalid as error:
            assert error.field == "file"


def test_a_wrong_reference_to_a_shared_text_is_refused() -> None:
    sheet = part_of(workbook([["a"]]), SHEET)
    assert "cannot be read" in refusal(with_part(workbook([["a"]]), SHEET, sheet.replace(b"<v>0</v>", b"<v>7</v>")))


def test_a_workbook_without_a_visible_sheet_is_refused() -> None:
    book = part_of(workbook([["a"]]), "xl/workbook.xml").replace(b"<sheet ", b'<sheet state="hidden" ')
    assert "cannot be read" in refusal(with_part(workbook([["a"]]), "xl/workbook.xml", book))
