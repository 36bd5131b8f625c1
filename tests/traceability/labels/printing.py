"""What tests of labels share: contents, and a look at printed pages as a scanner takes it."""

import io
from collections import Counter
from pathlib import Path

import zxingcpp
from PIL import Image
from pypdfium2 import PdfDocument

from traceability.gs1.links import item_uri, lot_uri
from traceability.labels.content import LabelContent

FONTS = Path(__file__).resolve().parents[3] / "static" / "fonts"
SITE = "https://cho-nguon.example.vn"
GTIN = "09521000000018"
NAME = "Bưởi Phúc Trạch"
LONG_NAME = "Bưởi Phúc Trạch sấy dẻo tẩm mật ong rừng Hương Khê loại đặc biệt hộp quà biếu Tết cổ truyền năm mới 2027"
PRODUCER = "Hợp tác xã Bưởi 1 (mẫu)"
LONG_PRODUCER = "Hợp tác xã Nông nghiệp và Dịch vụ tổng hợp Bưởi Phúc Trạch Hương Khê số 1 (mẫu)"
PRINTER_DPI = 203


def label_content(
    *,
    name: str = NAME,
    producer: str = "Hợp tác xã Bưởi 1 (mẫu)",
    lot: str = "260915-1",
    serial: str = "",
    mark: str = "",
) -> LabelContent:
    """A label's content with all its parts."""
    keys = (("01", GTIN), ("10", lot), ("21", serial))
    return LabelContent(
        link=item_uri(SITE, GTIN, serial, lot=lot) if serial else lot_uri(SITE, GTIN, lot),
        keys=keys if serial else keys[:2],
        product=name,
        producer=producer,
        stars=5,
        facts=(("lot", f"Lô {lot}"), ("harvested", "Thu hoạch 15/09/2026"), ("best_before", "Hạn dùng 15/11/2026")),
        invitation="Quét mã để xem nguồn gốc",
        mark=mark,
        serial=serial,
    )


def page_picture(pdf: bytes, page: int = 0) -> Image.Image:
    """A page in the dots of a thermal printer."""
    document = PdfDocument(pdf)
    try:
        return document[page].render(scale=PRINTER_DPI / 72).to_pil()
    finally:
        document.close()


def scanned(picture: Image.Image) -> Counter[str]:
    """The texts of all codes on a picture."""
    return Counter(found.text for found in zxingcpp.read_barcodes(picture))


def text_of(pdf: bytes, page: int = 0) -> str:
    """The text of a page."""
    document = PdfDocument(io.BytesIO(pdf))
    try:
        return document[page].get_textpage().get_text_bounded()
    finally:
        document.close()
