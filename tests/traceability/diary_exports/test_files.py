"""What stands in an exported diary, read back from the files as an inspector sees them."""

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from python_calamine import load_workbook

from core.db import utc_now
from core.i18n import use_locale
from tests.factories.traceability import make_entry
from tests.traceability.diary_exports.conftest import FIRST, LAST, Season
from traceability.diary_exports.contents import make_document
from traceability.diary_exports.document import DiaryDocument
from traceability.diary_exports.pdf import write_pdf
from traceability.diary_exports.queries import read_contents
from traceability.diary_exports.workbook import write_workbook


def document_of(season: Season, *, of_plot: bool = False, first: date = FIRST, last: date = LAST) -> DiaryDocument:
    plot_id = season.plot.id if of_plot else None
    contents = read_contents(season.farm.producer.id, plot_id, first, last)
    return make_document(contents, whole_farm=not of_plot, first_day=first, last_day=last, made_at=utc_now())


def pdf_pages(document: DiaryDocument, fonts: Path) -> list[str]:
    pdf = pypdfium2.PdfDocument(write_pdf(document, fonts=fonts, progress=[].append))
    assert all(page.get_width() > page.get_height() for page in pdf)
    return [" ".join(page.get_textpage().get_text_range().split()) for page in pdf]


def sheets(document: DiaryDocument) -> dict[str, list[list[Any]]]:
    out = io.BytesIO()
    write_workbook(out, document, progress=[].append)
    book = load_workbook(io.BytesIO(out.getvalue()))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_pdf_holds_all_that_an_inspector_asks_for(season: Season, fonts: Path) -> None:
    with use_locale("vi"):
        pages = pdf_pages(document_of(season), fonts)
    text = " ".join(pages)
    for expected in (
        "Nhật ký sản xuất", season.farm.producer.name, season.plot.gln, "Vườn đồi", "VN-HTOR-0001",
        "Phân NPK mẫu 16-16-8", "12,5 kg", "Thuốc mẫu 1.8EC", "abamectin", "L-77", "250 ml", "15/08/2026",
        "480 kg", "Nguyễn Thị Mẫu", "Ghi nhầm ngày", "Chưa làm", "Bão số 5 sắp vào", "Danh mục mẫu",
        "(ngày, chữ ký, họ tên)",
    ):  # fmt: skip
        assert expected in text, expected
    assert "năm trước" not in text
    for number, page in enumerate(pages, 1):
        assert season.farm.producer.name in page
        assert f"Trang {number} / {len(pages)}" in page


def test_the_workbook_holds_the_same_as_days_and_numbers(season: Season) -> None:
    with use_locale("vi"):
        by_name = sheets(document_of(season))
    sprays = by_name["4. Phun thuốc bảo vệ thực vật"]
    assert len(sprays) == 2
    assert sprays[1][0] == date(2026, 8, 1)
    assert sprays[1][11:13] == [14, date(2026, 8, 15)]
    harvest = by_name["5. Thu hoạch"][1]
    assert harvest[0] == date(2026, 9, 1)
    assert harvest[5:7] == ["01/08/2026: Thuốc mẫu 1.8EC", 31]
    assert by_name["3. Bón phân"][1][8] == "=1+1"
    assert by_name["3. Bón phân"][1][6] == season.plot.area_m2  # where nobody said another area, it was the whole plot
    assert len(by_name["7. Sửa nhật ký"]) == 3


def test_corrections_stand_beside_what_they_correct(season: Season) -> None:
    with use_locale("en"):
        section = document_of(season).sections[6]
    first, second = section.rows
    assert "01/05/2026" in str(first[2]) and "02/05/2026" in str(first[3])
    assert first[4] == "Ghi nhầm ngày"
    assert second[3] == "withdrawn: it was not done"


def test_a_plot_s_diary_holds_only_what_is_of_the_plot(season: Season, fonts: Path) -> None:
    with use_locale("vi"):
        text = " ".join(pdf_pages(document_of(season, of_plot=True), fonts))
    assert "Vườn đồi" in text
    assert "Thửa bãi bồi" not in text
    assert "Chưa làm" not in text


def test_a_period_without_entries_says_so(season: Season, fonts: Path) -> None:
    with use_locale("vi"):
        document = document_of(season, first=date(2024, 1, 1), last=date(2024, 2, 1))
        assert "Không có ghi chép nào" in " ".join(pdf_pages(document, fonts))
        assert len(sheets(document)["6. Việc khác"]) == 1


def test_many_rows_take_many_pages_each_with_the_header_of_its_table(season: Season, fonts: Path) -> None:
    for number in range(300):
        make_entry(season.plot, activity="weeding", done_on=date(2026, 3, 1), note=f"Lần {number} " + "dài " * 20)
    told: list[int] = []
    with use_locale("vi"):
        document = document_of(season)
        pdf = pypdfium2.PdfDocument(write_pdf(document, fonts=fonts, progress=told.append))
    pages = [" ".join(page.get_textpage().get_text_range().split()) for page in pdf]
    assert len(pages) > 10
    assert all("Người làm" in page for page in pages[2:-2])
    assert sum(len(re.findall(r"Lần \d", page)) for page in pages) == 300
    assert told == [100, 200, 300]


def test_nothing_of_a_long_text_leaves_its_cell(season: Season, fonts: Path) -> None:
    make_entry(season.plot, activity="weeding", done_on=date(2026, 3, 1), note="x" * 1000)
    make_entry(season.plot, activity="weeding", done_on=date(2026, 3, 2), note="\n".join("abc") * 60)
    with use_locale("vi"):
        pdf = pypdfium2.PdfDocument(write_pdf(document_of(season), fonts=fonts, progress=[].append))
    for page in pdf:
        text = page.get_textpage()
        for index in range(text.count_chars()):
            left, bottom, right, top = text.get_charbox(index)
            assert left >= 0 and right <= page.get_width() and bottom >= 0 and top <= page.get_height()


@pytest.mark.parametrize("count", [1, 40])
def test_reading_takes_the_same_number_of_queries_however_much_there_is(
    season: Season, count_queries: Callable[[], AbstractContextManager[list[str]]], count: int
) -> None:
    for day in range(count):
        make_entry(season.plot, activity="weeding", done_on=date(2026, 3, 1 + day % 28))
    season.plot.producer  # noqa: B018  # loaded before
    with count_queries() as statements, use_locale("vi"):
        document_of(season)
    assert len(statements) <= 16
