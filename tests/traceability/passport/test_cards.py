"""The picture for shared links: nothing runs into anything, however long the names are."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageChops

from traceability.passport.cards import SIZE, CardContent, draw_card

FONTS = Path(__file__).resolve().parents[3] / "static" / "fonts"
CARD = CardContent(
    site_name="Chợ Nguồn",
    title="Bưởi Phúc Trạch vườn vụ Đồi Sim",
    lines=("Hợp tác xã Bưởi Phúc Trạch Hương Khê (mẫu)", "Xã Phúc Trạch, Tỉnh Hà Tĩnh", "thu hoạch 25/11/2026"),
    stars=5,
    warning="",
    code="(01)09521000000841(10)261129-1",
    link="http://localhost:8000/01/09521000000841/10/261129-1",
)
LONG = ("Mật ong rừng nguyên chất thu hoạch dưới chân núi Giăng Màn, đóng chai thủ công ") * 3
WARNING = "Đang thu hồi: không ăn, không bán lô này"


def drawn(content: CardContent) -> Image.Image:
    return Image.open(io.BytesIO(draw_card(content, fonts=FONTS))).convert("L")


@pytest.mark.parametrize("warning", ["", WARNING])
@pytest.mark.parametrize("title", [CARD.title, LONG])
@pytest.mark.parametrize("lines", [CARD.lines, (LONG, LONG, LONG), ()])
def test_the_line_with_the_code_stands_free(title: str, lines: tuple[str, ...], warning: str) -> None:
    card = replace(CARD, title=title, lines=lines, warning=warning)
    foot = (0, SIZE[1] - 84, 780, SIZE[1])
    alone = drawn(replace(card, title="", lines=(), stars=0, warning=""))
    difference = ImageChops.difference(drawn(card).crop(foot), alone.crop(foot))
    assert (
        difference.point(lambda value: 255 if value > 40 else 0).getbbox() is None
    )  # colours of the palette differ a bit


def test_the_warning_is_seen_and_the_link_can_be_read() -> None:
    plain, warned = drawn(CARD), drawn(replace(CARD, warning=WARNING))
    assert ImageChops.difference(plain, warned).getbbox() is not None
    for picture in (plain, warned):
        (found,) = zxingcpp.read_barcodes(picture)
        assert found.text == CARD.link


def test_what_it_says_decides_what_it_is_kept_as() -> None:
    assert CARD.key == replace(CARD).key
    assert CARD.key != replace(CARD, warning=WARNING).key
