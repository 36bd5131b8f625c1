"""What is written is read back, and nothing of it becomes a formula."""

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tables import Cell, Column, Sheet, counted, read_table, write_csv, write_xlsx
from core.tables.rows import clean_text
from tests.core.tables.workbooks import part_of

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=40)
DANGEROUS = st.builds("{}{}".format, st.sampled_from(["=", "+", "-", "@", "\t", "\r", "'", "|", "%"]), TEXTS)
DAYS = st.dates(date(1900, 3, 1), date(2100, 1, 1))
NUMBERS = st.integers(-(10**15) + 1, 10**15 - 1)
DECIMALS = st.decimals(-1_000_000, 1_000_000, places=3).filter(lambda number: number != number.to_integral_value())
ROWS = st.lists(st.tuples(st.one_of(TEXTS, DANGEROUS), NUMBERS, DAYS, DECIMALS), min_size=1, max_size=8)
COLUMNS = [Column("Ghi chú"), Column("Số"), Column("Ngày"), Column("Lượng")]


def as_csv(rows: object, separator: str = ",") -> bytes:
    return b"".join(write_csv(Sheet("Nhật ký", COLUMNS, rows), separator=separator))


def as_xlsx(rows: object) -> bytes:
    out = io.BytesIO()
    write_xlsx(out, [Sheet("Nhật ký", COLUMNS, rows)])
    return out.getvalue()


@given(ROWS)
def test_a_workbook_reads_back_as_it_was_written(rows: list[tuple[Cell, ...]]) -> None:
    read = [row.cells for row in read_table(io.BytesIO(as_xlsx(rows)))]
    assert read[0] == tuple(column.title for column in COLUMNS)
    assert read[1:] == [(clean_text(str(row[0])), *row[1:]) for row in rows]


@given(ROWS, st.sampled_from([",", ";", "\t"]))
def test_csv_reads_back_as_it_was_written(rows: list[tuple[Cell, ...]], separator: str) -> None:
    read = [row.cells for row in read_table(io.BytesIO(as_csv(rows, separator)))]
    expected = [(clean_text(str(row[0])), str(row[1]), f"{row[2]:%d/%m/%Y}", f"{row[3]:f}") for row in rows]
    assert read[1:] == expected


@pytest.mark.parametrize("text", ["=1+1", "+84901", "-5", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")'])
def test_no_text_becomes_a_formula(text: str) -> None:
    assert f"'{text[:1]}".encode() in as_csv([(text, 1, date(2026, 9, 1), Decimal("1.5"))])
    content = as_xlsx([(text, 1, date(2026, 9, 1), Decimal("1.5"))])
    sheet = part_of(content, "xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet
    assert b'quotePrefix="1"' in part_of(content, "xl/styles.xml")


def test_numbers_stay_numbers() -> None:
    assert as_csv([("x", -5, date(2026, 9, 1), Decimal("-1.5"))]).endswith(b"x,-5,01/09/2026,-1.5\r\n")


def test_moments_are_written_as_vietnamese_time() -> None:
    moment = datetime(2026, 9, 14, 18, 30, 45, tzinfo=UTC)
    out = io.BytesIO()
    write_xlsx(out, [Sheet("x", [Column("Lúc")], [(moment,)])])
    assert read_table(io.BytesIO(out.getvalue()))[1].cells == (datetime(2026, 9, 15, 1, 30),)
    assert b"15/09/2026 01:30" in b"".join(write_csv(Sheet("x", [Column("Lúc")], [(moment,)])))


def test_what_no_file_can_hold_is_replaced_or_written_as_text() -> None:
    rows: list[tuple[Cell, ...]] = [("a\x00b\x1fc\ud800", 10**20, date(1754, 1, 1), Decimal("1E+30"))]
    for content in (as_xlsx(rows), as_csv(rows)):
        assert read_table(io.BytesIO(content))[1].cells == (
            "a\ufffdb\ufffdc\ufffd",
            str(10**20),
            "01/01/1754",
            str(10**30),
        )


def test_a_sheet_s_name_is_made_one_that_excel_takes() -> None:
    out = io.BytesIO()
    write_xlsx(out, [Sheet("Vườn [1]: a/b * " + "x" * 40, [Column("a")], [])])
    assert b'name="V\xc6\xb0\xe1\xbb\x9dn' in part_of(out.getvalue(), "xl/workbook.xml")


def test_a_very_long_text_is_cut_where_excel_would_lose_it() -> None:
    assert b"x" * 32_766 + "…".encode() in part_of(as_xlsx([("x" * 40_000,)]), "xl/worksheets/sheet1.xml")


def test_rows_are_taken_one_at_a_time() -> None:
    alive: list[int] = []

    def rows() -> object:
        for number in range(3):
            alive.append(number)
            yield (f"row {number}", number, date(2026, 9, 1) + timedelta(number), Decimal("0.5"))

    pieces = write_csv(Sheet("x", COLUMNS, rows()))
    next(pieces), next(pieces), next(pieces)
    assert alive == [0]


def test_choices_are_offered_from_a_sheet_that_nobody_sees() -> None:
    out = io.BytesIO()
    columns = [Column("Đơn vị", choices=["kg", "=1+1"]), Column("Số"), Column("Thửa", choices=["Vườn đồi"])]
    write_xlsx(out, [Sheet("Nhập", columns, [("kg", 1, "x")]), Sheet("Khác", [Column("a")], [])])
    sheet = part_of(out.getvalue(), "xl/worksheets/sheet1.xml").decode()
    assert "choices!$A$1:$A$2" in sheet and "choices!$B$1<" in sheet
    assert 'sqref="A2:A5001"' in sheet and 'sqref="C2:C5001"' in sheet
    assert b'name="choices" sheetId="3" state="veryHidden"' in part_of(out.getvalue(), "xl/workbook.xml")
    assert read_table(io.BytesIO(out.getvalue()))[1].cells == ("kg", 1, "x")


def test_rows_are_counted_over_all_sheets_while_they_are_written() -> None:
    told: list[int] = []
    sheets = [Sheet(name, COLUMNS[:1], ([number] for number in range(5))) for name in ("A", "B")]
    out = io.BytesIO()
    write_xlsx(out, counted(sheets, told.append, every=4))
    assert told == [4, 8]
    assert out.getvalue().startswith(b"PK")
