"""CSV in all the forms in which spreadsheets in Vietnam write it."""

import io
import unicodedata

import pytest

from core.errors import Invalid
from core.tables import Limits, Row, read_table

NAMES = "Thửa,Việc làm,Ghi chú\nVườn đồi,Bón phân,Bưởi Phúc Trạch đang ra hoa\nVườn bãi,Tưới nước,Đất khô\n"


def read(content: bytes, **limits: int) -> list[Row]:
    return read_table(io.BytesIO(content), limits=Limits(**limits))


def refusal(content: bytes, **limits: int) -> str:
    with pytest.raises(Invalid) as refused:
        read(content, **limits)
    assert refused.value.field == "file"
    return str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_unicode_encoding_of_spreadsheets_is_read(encoding: str) -> None:
    rows = read(NAMES.encode(encoding))
    assert rows[1] == Row(2, ("Vườn đồi", "Bón phân", "Bưởi Phúc Trạch đang ra hoa"))
    assert len(rows) == 3


def test_the_old_vietnamese_code_page_is_read_and_composed() -> None:
    # That code page has letters for â, ê, ô, ơ, ư and combining marks for the tones.
    tones = "\u0300\u0301\u0303\u0309\u0323"
    parts = [unicodedata.normalize("NFD", letter) for letter in NAMES]
    combining = "".join(
        unicodedata.normalize("NFC", part[:-1]) + part[-1] if part[-1] in tones else unicodedata.normalize("NFC", part)
        for part in (
            part if part[-1] not in "\u0302\u0306\u031b" or part[-2] not in tones else part[0] + part[-1] + part[-2]
            for part in parts
        )
    )
    rows = read(combining.encode("cp1258"))
    assert rows[1].cells == ("Vườn đồi", "Bón phân", "Bưởi Phúc Trạch đang ra hoa")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found(separator: str) -> None:
    rows = read(NAMES.replace(",", separator).encode())
    assert rows[2].cells == ("Vườn bãi", "Tưới nước", "Đất khô")


def test_decimal_commas_do_not_make_columns() -> None:
    rows = read("Thửa;Số lượng\nA;2,5\nB;3,5\n".encode())
    assert [row.cells for row in rows] == [("Thửa", "Số lượng"), ("A", "2,5"), ("B", "3,5")]


def test_a_title_above_the_table_does_not_hide_the_separator() -> None:
    rows = read("Nhật ký tháng 9, xã Phúc Trạch\n\nThửa;Việc;Ngày\nA;Bón phân;01/09/2026\n".encode())
    assert rows[-1] == Row(4, ("A", "Bón phân", "01/09/2026"))


def test_excel_s_line_that_names_the_separator_is_not_a_row() -> None:
    assert read(b"sep=;\r\na;b\r\n1,5;2\r\n") == [Row(1, ("a", "b")), Row(2, ("1,5", "2"))]


def test_quotes_lines_within_a_cell_and_zeros_kept_as_text() -> None:
    rows = read(b'a,b,c\n"x, y","two\r\nlines","=""0123"""\n="007",,\n')
    assert rows[1] == Row(2, ("x, y", "two\nlines", "0123"))
    assert rows[2] == Row(3, ("007",))


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    rows = read(b'a,b\n\n,\n"1\n2",x\ny,z\n')
    assert [row.number for row in rows] == [1, 4, 5]


def test_letters_are_composed_and_odd_spaces_are_removed() -> None:
    assert read("a,b\n\u00a0Vu\u031bo\u031b\u0300n\u00a0 ,\ufeffx\n".encode())[1].cells == ("Vườn", "x")


def test_one_column_is_a_table() -> None:
    assert [row.cells for row in read("Tên\nBưởi\nCam\n".encode())] == [("Tên",), ("Bưởi",), ("Cam",)]


def test_a_million_rows_are_refused_without_reading_them_all() -> None:
    file = io.BytesIO(b"a,b,c,d\n" * 1_000_000)
    with pytest.raises(Invalid, match=r"5[.,]000 rows"):
        read_table(file)
    assert file.tell() <= 5_000_001


def test_limits_of_rows_columns_and_cells_are_named() -> None:
    assert read(b"a,b\n" + b"1,2\n" * 3, rows=3)[-1].number == 4
    assert "more than 3 rows" in refusal(b"a,b\n" + b"1,2\n" * 4, rows=3)
    assert "more than 2 columns" in refusal(b"a,b\n1,2,3\n", columns=2)
    assert refusal(b"a,b\n1,12345\n", cell_characters=4).startswith("Row 2:")


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7 x", b"\x89PNG\r\n", b"\xff\xd8\xff\xe0", bytes(range(256)) * 4, b"a,b\x00c\n"],
    ids=["pdf", "png", "jpeg", "bytes", "nul"],
)
def test_what_is_no_table_is_refused(content: bytes) -> None:
    assert refusal(content)


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf", b",,,\n,,\n"])
def test_an_empty_file_is_refused(content: bytes) -> None:
    assert "empty" in refusal(content)


def test_a_quotation_mark_that_is_never_closed_is_named() -> None:
    assert "quotation mark" in refusal(b'a,b\n"never closed,1\n2,3\n')
