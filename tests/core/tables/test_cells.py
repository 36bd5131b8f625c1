"""Texts of cells as numbers and dates, by Vietnamese habit; what is ambiguous is refused."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tables import read_date, read_decimal, read_text, read_whole_number
from core.tables.cells import CellError


@pytest.mark.parametrize("cell", ["1500", "1.500", "1,500", " 1 500", "+1500", 1500, Decimal(1500)])
def test_the_ways_people_type_a_whole_number(cell: str | int | Decimal) -> None:
    assert read_whole_number(cell) == 1500


@pytest.mark.parametrize(
    "cell", ["1,5", "1.50", "12 kg", "1.5000", "1e3", "٣", "--5", "", True, Decimal("1.5"), 10**20]
)
def test_what_is_no_whole_number_is_refused(cell: str | int | Decimal) -> None:
    with pytest.raises(CellError):
        read_whole_number(cell)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("2,5", "2.5"), ("2.5", "2.5"), ("0,125", "0.125"), ("0.125", "0.125"), ("1.500,5", "1500.5"),
        ("1,500.5", "1500.5"),
        ("1.234.567", "1234567"), ("-3", "-3"), ("12", "12"), (12, "12"), (Decimal("1.25"), "1.25"),
    ],
)  # fmt: skip
def test_the_ways_people_type_a_decimal(cell: str | int | Decimal, number: str) -> None:
    assert read_decimal(cell) == Decimal(number)


@pytest.mark.parametrize("cell", ["1.500", "12,345", "-1,500"])
def test_a_decimal_that_can_mean_two_numbers_is_refused(cell: str) -> None:
    with pytest.raises(CellError, match="two numbers"):
        read_decimal(cell)


@pytest.mark.parametrize(
    "cell", ["1.500.5", "1,2,3", "NaN", "Infinity", "abc", "1.5 kg", datetime(2026, 1, 1), "9" * 19]
)
def test_what_is_no_number_is_refused(cell: str) -> None:
    with pytest.raises(CellError):
        read_decimal(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "15/09/2026",
        "15/9/2026",
        "15-09-2026",
        "15.9.2026",
        "15/9/26",
        "2026-09-15",
        "2026-09-15 07:30",
        "15/09/2026 7:30",
    ],
)
def test_the_ways_people_type_a_day(cell: str) -> None:
    assert read_date(cell) == date(2026, 9, 15)


def test_days_of_spreadsheets_are_taken_as_they_are() -> None:
    assert read_date(date(2026, 9, 15)) == read_date(datetime(2026, 9, 15, 7, 30)) == date(2026, 9, 15)
    assert read_date(None) is None


@pytest.mark.parametrize("cell", ["9/15/2026", "31/02/2026", "15/9", "hôm qua", "46280", 46280, "2026-13-01", "1/1/0"])
def test_what_is_no_day_is_refused(cell: str | int) -> None:
    with pytest.raises(CellError):
        read_date(cell)


def test_numbers_and_days_as_text() -> None:
    assert read_text(12) == "12"
    assert read_text(Decimal("2.50")) == "2.50"
    assert read_text(date(2026, 9, 1)) == "01/09/2026"
    assert read_text(True) == "1"
    assert read_text(None) is None


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_whole_number, read_decimal, read_date):
        try:
            read(text)
        except CellError as error:
            assert str(error)
