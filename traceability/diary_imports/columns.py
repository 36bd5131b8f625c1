"""The columns of the three tables, as templates write them and as people may name them, and a file read by them."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.i18n import current_locale
from core.i18n import lazy_gettext as _l
from core.tables import Heading, Records, read_records, read_table
from traceability.diary_imports.models import ImportKind

INPUTS: Final = ("", "_2", "_3")
"""An entry may use up to three things out of the store; the names of their columns end with nothing, 2 and 3."""


@dataclass(frozen=True, slots=True)
class ImportColumn:
    """A column: its names in Vietnamese and English, others that are understood, and what stands in it."""

    key: str
    vi: str
    en: str
    help: object
    others: tuple[str, ...] = ()
    required: bool = False

    @property
    def title(self) -> str:
        """How the template names it for its reader."""
        return self.en if current_locale() == "en" else self.vi

    @property
    def heading(self) -> Heading:
        """The column as the reader of tables looks for it; the name in the reader's language first."""
        names = (self.en, self.vi) if current_locale() == "en" else (self.vi, self.en)
        return Heading(self.key, (*names, self.key, *self.others), self.required)


def _input_columns() -> list[ImportColumn]:
    columns = []
    for number, ending in enumerate(INPUTS, 1):
        more = "" if number == 1 else f" {number}"
        columns += [
            ImportColumn(
                f"product{ending}",
                f"Vật tư{more}",
                f"Input{more}",
                _l("The name on the label, as it is in your store."),
                (f"Tên vật tư{more}", f"Tên thuốc{more}", f"Phân bón{more}", f"Product{more}"),
            ),
            ImportColumn(
                f"batch{ending}",
                f"Số lô vật tư{more}",
                f"Input batch{more}",
                _l("Only when you have several batches of it."),
                (f"Số lô{more}", f"Lô{more}", f"Batch{more}"),
            ),
            ImportColumn(
                f"used{ending}",
                f"Lượng dùng{more}",
                f"Amount used{more}",
                _l("How much was used, without the unit."),
                (f"Lượng vật tư{more}", f"Input amount{more}"),
            ),
            ImportColumn(
                f"used_unit{ending}",
                f"Đơn vị dùng{more}",
                f"Unit used{more}",
                _l("kg, g, tonne, litre, ml, m3 or piece."),
                (f"Đơn vị vật tư{more}", f"Input unit{more}"),
            ),
            ImportColumn(f"dose{ending}", f"Liều lượng{more}", f"Dose{more}", _l("As the label says it.")),
        ]
    return columns


ENTRY_COLUMNS: Final = (
    ImportColumn(
        "plot",
        "Thửa",
        "Plot",
        _l("The name of the plot, or its GLN."),
        ("Thửa đất", "Vườn", "Tên thửa", "Lô đất"),
        True,
    ),
    ImportColumn("done_on", "Ngày", "Day", _l("Day/month/year."), ("Ngày làm", "Ngày thực hiện", "Date"), True),
    ImportColumn(
        "activity",
        "Việc làm",
        "Activity",
        _l("As in the list of activities."),
        ("Công việc", "Hoạt động", "Nội dung công việc"),
        True,
    ),
    ImportColumn(
        "amount",
        "Số lượng",
        "Quantity",
        _l("What was harvested, watered and so on, without the unit."),
        ("Sản lượng", "Amount"),
    ),
    ImportColumn("unit", "Đơn vị", "Unit", _l("kg, g, tonne, litre, ml, m3 or piece."), ("ĐVT", "Đơn vị tính")),
    *_input_columns(),
    ImportColumn(
        "target_pest",
        "Sâu bệnh",
        "Pest",
        _l("What was sprayed against."),
        ("Dịch hại", "Đối tượng phòng trừ", "Against"),
    ),
    ImportColumn(
        "area_m2",
        "Diện tích (m²)",
        "Area (m²)",
        _l("The area that was worked; empty for the whole plot."),
        ("Diện tích m2",),
    ),
    ImportColumn(
        "operator",
        "Người làm",
        "Done by",
        _l("The name of somebody who works for you."),
        ("Người thực hiện", "Operator"),
    ),
    ImportColumn("equipment", "Thiết bị", "Equipment", _l("The name of your equipment."), ("Dụng cụ",)),
    ImportColumn("weather", "Thời tiết", "Weather", _l("sunny, cloudy, rain, windy, hot or cold.")),
    ImportColumn("note", "Ghi chú", "Note", _l("Anything else.")),
)

RECEIPT_COLUMNS: Final = (
    ImportColumn(
        "kind",
        "Loại",
        "Kind",
        _l("Fertiliser, plant-protection product, material or feed."),
        ("Loại vật tư", "Nhóm"),
        True,
    ),
    ImportColumn(
        "trade_name",
        "Tên trên nhãn",
        "Name on the label",
        _l("The name on the label."),
        ("Tên thương mại", "Tên vật tư", "Tên thuốc", "Vật tư", "Trade name", "Product"),
        True,
    ),
    ImportColumn(
        "ingredient",
        "Hoạt chất",
        "Active ingredients",
        _l("Of plant-protection products, separated by “;”, with grams a kilogram or litre if known: abamectin 18."),
        ("Hoạt chất (g/l)", "Active ingredient", "Ingredient"),
    ),
    ImportColumn("supplier", "Nơi mua", "Bought from", _l("Who sold it."), ("Nhà cung cấp", "Đại lý", "Supplier")),
    ImportColumn("batch_number", "Số lô", "Batch", _l("As on the package."), ("Lô", "Lô sản xuất", "Batch number")),
    ImportColumn(
        "received_on",
        "Ngày nhập",
        "Received on",
        _l("Day/month/year."),
        ("Ngày mua", "Ngày", "Date", "Bought on"),
        True,
    ),
    ImportColumn("expires_on", "Hạn dùng", "Expires on", _l("Day/month/year."), ("Hạn sử dụng", "HSD", "Expiry")),
    ImportColumn(
        "harvest_interval_days",
        "Số ngày cách ly",
        "Days before harvest",
        _l("Only for fertilisers and feed. Empty takes the usual number where the name says what it is."),
        ("Cách ly", "Cách ly trước thu hoạch"),
    ),
    ImportColumn("amount", "Số lượng", "Quantity", _l("Without the unit."), ("Lượng nhập", "Amount"), True),
    ImportColumn("unit", "Đơn vị", "Unit", _l("kg, g, tonne, litre, ml, m3 or piece."), ("ĐVT", "Đơn vị tính"), True),
)

PLOT_COLUMNS: Final = (
    ImportColumn("name", "Tên thửa", "Plot", _l("As you call it; each name once."), ("Thửa", "Thửa đất", "Name"), True),
    ImportColumn("province", "Tỉnh", "Province", _l("Empty for Hà Tĩnh."), ("Tỉnh, thành phố",)),
    ImportColumn(
        "commune_code",
        "Xã, phường",
        "Commune or ward",
        _l("The name since 1 July 2025, or its code."),
        ("Xã", "Phường", "Xã phường", "Commune"),
        True,
    ),
    ImportColumn("area_m2", "Diện tích (m²)", "Area (m²)", _l("In whole square metres."), ("Diện tích m2",), True),
    ImportColumn("crop", "Cây trồng", "Crop", _l("As in the list of crops."), ("Vật nuôi", "Cây trồng, vật nuôi")),
    ImportColumn("planting_year", "Năm trồng", "Planted in", _l("The year in four digits."), ("Planting year",)),
    ImportColumn("planted_on", "Ngày trồng", "Planted on", _l("Day/month/year."), ("Day of planting",)),
    ImportColumn("tree_count", "Số cây", "Trees", _l("Empty for what is sown each season."), ("Number of trees",)),
    ImportColumn("latitude", "Vĩ độ", "Latitude", _l("Decimal degrees, for example 18,095.")),
    ImportColumn("longitude", "Kinh độ", "Longitude", _l("Decimal degrees, for example 105,780.")),
    ImportColumn("planting_area_code", "Mã số vùng trồng", "Planting area code", _l("If there is one."), ("MSVT",)),
)

COLUMNS: Final[dict[ImportKind, Sequence[ImportColumn]]] = {
    ImportKind.ENTRIES: ENTRY_COLUMNS,
    ImportKind.RECEIPTS: RECEIPT_COLUMNS,
    ImportKind.PLOTS: PLOT_COLUMNS,
}


def headings_of(kind: ImportKind) -> list[Heading]:
    """The columns of a table of this kind, for the reader of tables."""
    return [column.heading for column in COLUMNS[kind]]


def read_content(content: bytes, kind: ImportKind) -> Records:
    """The rows of a file as records. Raises Invalid for `file`."""
    return read_records(read_table(io.BytesIO(content)), headings_of(kind))
