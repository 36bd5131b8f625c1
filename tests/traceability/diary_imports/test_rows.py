"""What rows of the three tables write, and what they are refused for."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from core.db import db
from core.i18n import fold
from tests.factories import make_commune
from tests.factories.traceability import make_plot, make_receipt
from tests.traceability.diary_imports.conftest import HEADER, Bringer, count, csv_of, xlsx_of
from traceability.diary.calendars import activities
from traceability.diary.entry_models import DiaryEntry
from traceability.diary.models import Plot
from traceability.diary.store_models import InputReceipt
from traceability.diary_imports.columns import COLUMNS
from traceability.diary_imports.models import ImportKind, ImportState
from traceability.diary_imports.row_reading import Names
from traceability.diary_imports.rows import _activity_names

GOOD: list[list[Any]] = [
    ["Vườn đồi", "01/08/2026", "Phun thuốc bảo vệ thực vật", "Thuốc mẫu 1.8EC", "L-1", "0,2", "lít", None, None, None],
    ["vuon doi", "2026-08-02", "Bón thúc", "phan npk (mau)", None, "2,5", "KG", None, None, "nguyen thi mau"],
    ["Vườn đồi", "15/08/2026", "thu hoach", None, None, None, None, "480", "kg", None],
]
RECEIPTS = ["Loại", "Tên trên nhãn", "Hoạt chất", "Nơi mua", "Số lô", "Ngày nhập", "Hạn dùng", "Số lượng", "Đơn vị"]
PLOTS = ["Tên thửa", "Xã, phường", "Diện tích (m²)", "Cây trồng", "Năm trồng", "Số cây", "Vĩ độ", "Kinh độ", "MSVT"]


def changed(row: int, column: str, value: Any) -> list[list[Any]]:
    rows = [list(each) for each in GOOD]
    rows[row][HEADER.index(column)] = value
    return rows


def only_error(bringer: Bringer, content: bytes, kind: ImportKind = ImportKind.ENTRIES) -> dict[str, Any]:
    work = bringer.accept(content, kind)
    assert work.state == ImportState.REFUSED
    assert work.error_count == len(work.errors) == 1
    return dict(work.errors[0])


@pytest.mark.parametrize("make", [csv_of, xlsx_of])
def test_entries_are_checked_and_then_written_as_a_form_would(bringer: Bringer, make: Any) -> None:
    work = bringer.accept(make(GOOD))
    assert (work.state, work.total_count, work.errors) == (ImportState.CHECKED, 3, [])
    assert count(DiaryEntry) == 0
    bringer.write(work)
    assert work.state == ImportState.WRITTEN
    spray, dressing, harvest = db.session.scalars(select(DiaryEntry).order_by(DiaryEntry.done_on)).all()
    assert (spray.interval_days, spray.harvest_from) == (14, date(2026, 8, 15))
    assert [(use.receipt_id, use.amount) for use in spray.inputs] == [(bringer.product.id, 200)]
    assert [(use.receipt_id, use.amount) for use in dressing.inputs] == [(bringer.fertiliser.id, 2500)]
    assert dressing.operator is not None and dressing.operator.name == "Nguyễn Thị Mẫu"
    assert (harvest.amount, harvest.unit) == (480_000, "g")
    assert {entry.recorded_by for entry in (spray, dressing, harvest)} == {bringer.farm.user.id}


@pytest.mark.parametrize(
    ("row", "column", "value", "words"),
    [
        (0, "Thửa", "Vườn đồi 2", "Vườn đồi"),
        (0, "Thửa", None, "bắt buộc"),
        (1, "Ngày", "31/02/2026", "Không có ngày này"),
        (1, "Ngày", "01/08/2199", "chưa tới"),
        (1, "Việc làm", "Nhảy múa", "Không có “Nhảy múa”"),
        (1, "Vật tư", "Phân NPK (mãu) x", "Phân NPK (mẫu)"),
        (1, "Lượng dùng", "nhiều", "Chỉ ghi con số"),
        (1, "Lượng dùng", "900", "50 kg"),
        (1, "Lượng dùng", None, "đã dùng"),
        (1, "Đơn vị dùng", "bao", "Không có “bao”"),
        (1, "Đơn vị dùng", None, "đơn vị"),
        (1, "Người làm", "Ai đó", "Không có “Ai đó”"),
        (0, "Số lô vật tư", "L-9", "L-1"),
        (0, "Vật tư", None, "vật tư gì"),
        (2, "Số lượng", "-5", "không thể"),
        (2, "Ngày", "14/08/2026", "15/08/2026"),
    ],
)
def test_an_error_names_its_row_its_column_and_what_to_do(
    bringer: Bringer, row: int, column: str, value: Any, words: str
) -> None:
    error = only_error(bringer, csv_of(changed(row, column, value)))
    assert error["row"] == row + 2
    assert error["column"] in (column, "Vật tư", "Lượng dùng")
    assert words in error["message"]
    assert count(DiaryEntry) == 0


def test_names_that_differ_in_their_marks_alone_are_told_apart(bringer: Bringer) -> None:
    other = make_plot(bringer.farm.producer, name="Vườn đôi", crop="pomelo_phuc_trach")
    db.session.commit()
    rows = [[name, "02/08/2026", "Làm cỏ, xới xáo"] for name in ("Vườn đồi", "VƯỜN ĐÔI")]
    work = bringer.write(bringer.accept(csv_of(rows)))
    assert work.state == ImportState.WRITTEN
    plots = db.session.scalars(select(DiaryEntry.plot_id).order_by(DiaryEntry.id)).all()
    assert plots == [bringer.farm.plot.id, other.id]
    error = only_error(bringer, csv_of([["vuon doi", "02/08/2026", "Làm cỏ, xới xáo"]]))
    assert error["column"] == "Thửa"


def test_a_part_of_a_long_name_is_understood_unless_it_could_mean_two_activities() -> None:
    names = Names(_activity_names())
    assert names.find("làm cỏ") == "weeding"
    assert names.find("Bón lót") == "base_fertilizing"
    for code, activity in activities().items():
        assert names.find(activity.name_vi) == names.find(fold(activity.name_vi)) == names.find(code) == code


def test_an_unknown_name_is_answered_with_the_likeliest_one() -> None:
    names = Names([("Vườn đồi phía tây", 1), ("Đất bãi", 2)])
    assert names.likely("vuon doi") == "Vườn đồi phía tây"
    assert names.likely("Đât bải") == "Đất bãi"
    assert names.likely("Ruộng") is None


def test_every_error_of_every_row_is_told(bringer: Bringer) -> None:
    rows = [["Đâu đó", "hôm qua", "", None, None, "x", None, None, None, None]] * 3
    work = bringer.accept(csv_of(rows))
    assert work.error_count == 12
    assert [error["row"] for error in work.errors[:5]] == [2, 2, 2, 2, 3]


def test_rows_share_the_store(bringer: Bringer) -> None:
    rows = [["Vườn đồi", "02/08/2026", "Bón thúc", "Phân NPK (mẫu)", None, "30", "kg"]] * 2
    error = only_error(bringer, csv_of(rows))
    assert error["row"] == 3 and "20 kg" in error["message"]


def test_a_batch_has_to_be_named_when_there_are_several(bringer: Bringer) -> None:
    make_receipt(bringer.farm.producer, trade_name="Phân NPK (mẫu)", batch_number="M-2", received_on=date(2025, 2, 1))
    db.session.commit()
    error = only_error(bringer, csv_of(GOOD[1:2]))
    assert error["column"] == "Số lô vật tư" and "M-2" in error["message"]
    work = bringer.accept(csv_of(changed(1, "Số lô vật tư", "m-2")[1:2]))
    assert "1 kg" in work.errors[0]["message"]  # of that batch there is only one kilogram


def test_what_is_unusual_is_told_and_written_once_confirmed(bringer: Bringer) -> None:
    work = bringer.accept(csv_of(changed(2, "Đơn vị", "tấn")))
    assert work.state == ImportState.CHECKED
    assert [(doubt["row"], doubt["code"]) for doubt in work.doubts] == [(4, "yield")]
    bringer.write(work)
    assert work.state == ImportState.WRITTEN and count(DiaryEntry) == 3


def test_receipts(bringer: Bringer) -> None:
    rows = [
        ["Phân bón", "Đạm urê mẫu", None, "Đại lý mẫu", "U1", "01/03/2026", "01/03/2028", "1.5", "tấn"],
        ["thuoc BVTV", "Thuốc mẫu 2", "Abamectin 18 g/l", None, "A1", "01/03/2026", None, 2, "lít"],
        ["BVTV", "Thuốc mẫu 3", "abamectin; abamectin", None, "A2", "01/03/2026", None, 2, "lít"],
        ["BVTV", "Thuốc mẫu 4", "carbofuran", None, "A2", "01/03/2026", None, 2, "lít"],
        ["BVTV", "Thuốc mẫu 5", "abamectn 18; nước", None, "A2", "01/03/2026", None, 2, "lít"],
    ]
    work = bringer.accept(xlsx_of(rows[:2], RECEIPTS), ImportKind.RECEIPTS)
    assert work.errors == []
    bringer.write(work)
    urea, spray = db.session.scalars(select(InputReceipt).order_by(InputReceipt.id.desc()).limit(2)).all()[::-1]
    assert (urea.received_amount, urea.expires_on, urea.supplier) == (1_500_000, date(2028, 3, 1), "Đại lý mẫu")
    assert [(each.code, each.content) for each in spray.ingredients] == [("abamectin", 18.0)]
    work = bringer.accept(xlsx_of(rows[2:], RECEIPTS), ImportKind.RECEIPTS)
    assert [(error["row"], error["column"]) for error in work.errors] == [(2, "Hoạt chất"), (3, "Hoạt chất")] + [
        (4, "Hoạt chất")
    ] * 2
    assert "abamectin" in work.errors[2]["message"]


def test_plots(bringer: Bringer) -> None:
    commune = make_commune()
    db.session.commit()
    good = ["Thửa mới", commune.name, "1.200", "Bưởi Phúc Trạch", 2018, 60, "18,0951", "105,7802", "VN-1"]
    work = bringer.accept(xlsx_of([good], PLOTS), ImportKind.PLOTS)
    assert work.errors == []
    bringer.write(work)
    plot = db.session.scalars(select(Plot).where(Plot.name == "Thửa mới")).one()
    assert (plot.area_m2, plot.crop, plot.planting_year, plot.tree_count) == (1200, "pomelo_phuc_trach", 2018, 60)
    assert (plot.latitude, plot.longitude) == (18.095, 105.78)
    assert [code.code for code in plot.planting_area_codes] == ["VN-1"]
    rows = [
        [*good],
        ["Thửa A", "Xã Không Có", 100],
        ["Thửa B", commune.name, 0],
        ["Thửa C", commune.name, 100],
        ["Thửa C", commune.name, 100],
        ["Thửa D", commune.name, 100, "Bưởi", None, None, "18,0951"],
    ]
    work = bringer.accept(csv_of(rows, PLOTS), ImportKind.PLOTS)
    assert [(error["row"], error["column"]) for error in work.errors] == [
        (2, "Tên thửa"),
        (3, "Xã, phường"),
        (4, "Diện tích (m²)"),
        (6, "Tên thửa"),
        (7, "Cây trồng"),
    ]


@pytest.mark.parametrize("kind", ImportKind)
def test_no_two_columns_of_a_table_are_understood_by_one_name(kind: ImportKind) -> None:
    from core.tables.headers import folded_name

    names = [(folded_name(name), column.key) for column in COLUMNS[kind] for name in column.heading.names]
    assert len(dict(names)) == len(set(names))


def test_the_day_of_planting_and_the_days_to_wait_come_in_too(bringer: Bringer) -> None:
    commune = make_commune()
    db.session.commit()
    header = ["Tên thửa", "Xã, phường", "Diện tích (m²)", "Ngày trồng"]
    plots = [["Thửa mới", commune.name, 900, "05/01/2026"]]
    bringer.write(bringer.accept(xlsx_of(plots, header), ImportKind.PLOTS))
    plot = db.session.scalars(select(Plot).where(Plot.name == "Thửa mới")).one()
    assert (plot.planted_on, plot.planting_year) == (date(2026, 1, 5), 2026)
    header = ["Loại", "Tên trên nhãn", "Ngày nhập", "Số lượng", "Đơn vị", "Số ngày cách ly"]
    receipts = [
        ["Phân bón", "Phân lạ (mẫu)", "01/10/2026", 5, "kg", 21],
        ["Phân bón", "Đạm urê (mẫu)", "01/10/2026", 5, "kg", ""],
    ]
    work = bringer.accept(xlsx_of(receipts, header), ImportKind.RECEIPTS)
    assert work.errors == []
    bringer.write(work)
    rows = db.session.scalars(select(InputReceipt).where(InputReceipt.received_on == date(2026, 10, 1))).all()
    assert {row.trade_name: row.harvest_interval_days for row in rows} == {"Phân lạ (mẫu)": 21, "Đạm urê (mẫu)": 14}
