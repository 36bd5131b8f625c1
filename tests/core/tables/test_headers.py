"""The header row: in Vietnamese and English, with and without marks, in any order."""

import pytest

from core.errors import Invalid
from core.tables import Heading, Row, read_records
from core.tables.headers import folded_name

HEADINGS = [
    Heading("plot", ("Thửa", "Plot", "Vườn"), required=True),
    Heading("area_m2", ("Diện tích (m²)", "Area (m²)")),
    Heading("done_on", ("Ngày", "Date"), required=True),
]


def rows(*values: tuple[object, ...]) -> list[Row]:
    return [Row(number, cells) for number, cells in enumerate(values, 1)]


@pytest.mark.parametrize(
    "header",
    [
        ("Thửa", "Diện tích (m²)", "Ngày"),
        ("thua", "DIEN TICH", "ngay:"),
        ("PLOT", "Area", "date"),
        ("Plot*", "dien_tich (ha?)", "Ngày"),
    ],
)
def test_names_are_understood_in_two_languages_and_without_marks(header: tuple[str, ...]) -> None:
    records = read_records(rows(header, ("A", 500, "01/09/2026")), HEADINGS)
    (record,) = records.records
    assert (record.number, record["plot"], record["area_m2"], record["done_on"]) == (2, "A", 500, "01/09/2026")
    assert records.titles["plot"] == header[0]


def test_titles_above_and_the_order_do_not_matter() -> None:
    records = read_records(
        rows(("Nhật ký vườn",), ("Ngày", None, "Thửa", "Người ghi"), ("1/9/2026", "x", "A")), HEADINGS
    )
    assert records.records[0].cells == {"done_on": "1/9/2026", "plot": "A"}
    assert records.records[0]["area_m2"] is None
    assert records.unknown == ["Người ghi"]


def test_rows_without_a_known_cell_are_left_out() -> None:
    records = read_records(rows(("Thửa", "Ngày", "Khác"), (None, None, "x"), ("A", "1/9/2026")), HEADINGS)
    assert [record.number for record in records.records] == [3]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ([("A", "B"), ("1", "2")], "was not found"),
        ([("Thửa", "Diện tích"), ("A", 1)], "missing: Ngày"),
        ([("Thửa", "Ngày", "plot"), ("A", "x", "B")], "“plot” is there twice"),
        ([("Thửa", "Ngày"), ("A", "1/9/2026", "extra")], "Row 2 has more cells"),
    ],
)
def test_what_is_wrong_with_the_header_is_named(table: list[tuple[object, ...]], words: str) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        read_records(rows(*table), HEADINGS)
    assert refused.value.field == "file"


def test_folding_of_names() -> None:
    assert folded_name("  Diện tích (m²) ") == folded_name("dien_tich") == "dien tich"
