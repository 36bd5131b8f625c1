"""The sign on a stall: its code can be scanned and leads to the stall's own page."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image, ImageDraw

from core.accounts import User
from market.stalls.placard import PlacardContent, draw_placard
from tests.market.stalls.conftest import Place
from traceability.labels.qr import qr_modules

Browsers = Callable[[User], FlaskClient]
FONTS = Path(__file__).resolve().parents[3] / "static" / "fonts"


def test_the_code_leads_to_the_stalls_page(place: Place, browser_of: Browsers, client: FlaskClient) -> None:
    answer = browser_of(place.holder).get(f"/stalls/{place.stall.id}/placard.svg")
    assert answer.mimetype == "image/svg+xml"
    address = f"http://localhost:8000{place.pay_path}"
    assert address in answer.text  # its title
    read = zxingcpp.read_barcode(picture_of(address))
    assert read is not None
    assert (read.text, read.ec_level) == (address, "M")
    assert client.get(read.text.removeprefix("http://localhost:8000")).status_code == 200


def picture_of(link: str) -> Image.Image:
    """The modules that both the picture and the sheet draw, quiet zone included."""
    rows = qr_modules(link)
    picture = Image.new("L", (len(rows) * 8, len(rows) * 8), 255)
    draw = ImageDraw.Draw(picture)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                draw.rectangle((x * 8, y * 8, x * 8 + 7, y * 8 + 7), fill=0)
    return picture


@pytest.mark.parametrize(("query", "millimetres"), [("", (148, 210)), ("?size=a4", (210, 297))])
def test_the_sheet_has_the_size_one_prints(
    place: Place, browser_of: Browsers, query: str, millimetres: tuple[int, int]
) -> None:
    answer = browser_of(place.manager).get(f"/stalls/{place.stall.id}/placard.pdf{query}")
    assert answer.mimetype == "application/pdf"
    box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", answer.data)
    assert box is not None
    assert tuple(round(float(points) / 72 * 25.4) for points in box.groups()) == millimetres
    assert answer.data.count(b"/FontFile2") == 2


def test_long_names_still_fit() -> None:
    long = "Quầy bánh kẹo cu đơ và đặc sản Hương Khê của gia đình " * 3
    content = PlacardContent(*(long for _ in range(8)))
    assert draw_placard(content, large=False, fonts=FONTS).startswith(b"%PDF")


def test_the_same_sign_is_the_same_file() -> None:
    content = PlacardContent("http://localhost/p/X", *("Chợ (mẫu)" for _ in range(7)))
    first, second = (io.BytesIO(draw_placard(content, large=True, fonts=FONTS)).getvalue() for _ in range(2))
    assert first == second
