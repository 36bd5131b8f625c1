"""The code of a lot as a picture leads to its page; text fits into its box."""

import io
from urllib.parse import urlsplit

import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image

from tests.traceability.farm import make_farm
from traceability.labels.text import fit, wrap


def decode(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image)]


def test_the_picture_is_large_enough_and_leads_to_the_record(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    response = farm.signed_in(client).get(f"/farm/lots/{lot.id}/qr.png")
    assert response.mimetype == "image/png"
    image = Image.open(io.BytesIO(response.data))
    assert image.width == image.height >= 600
    (link,) = decode(image)
    assert link == f"http://localhost:8000/01/{farm.product.gtin}/10/{lot.lot_number}"
    visitor = client.application.test_client()
    page = visitor.get(urlsplit(link).path, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert farm.producer.name in page.text


def test_the_code_has_level_m_and_four_modules_of_quiet(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest()
    image = Image.open(io.BytesIO(farm.signed_in(client).get(f"/farm/lots/{lot.id}/qr.png").data)).convert("L")
    (found,) = zxingcpp.read_barcodes(image)
    assert found.ec_level == "M"
    dark = image.point(lambda value: 255 if value < 128 else 0).getbbox()
    assert dark is not None
    left = dark[0]
    module = (dark[2] - dark[0]) / ((image.width - 2 * left) / (left / 4))
    assert left == pytest.approx(4 * module)


def test_the_drawing_is_svg_of_any_size(client: FlaskClient) -> None:
    farm = make_farm()
    response = farm.signed_in(client).get(f"/farm/lots/{farm.harvest().id}/qr.svg")
    assert response.mimetype == "image/svg+xml"
    assert b"<svg" in response.data and b"<script" not in response.data


def test_a_download_has_the_lot_in_its_name(client: FlaskClient) -> None:
    farm = make_farm()
    lot = farm.harvest(lot_number='A/"1')
    response = farm.signed_in(client).get(f"/farm/lots/{lot.id}/qr.png?download=1")
    assert response.headers["Content-Disposition"] == 'attachment; filename="lot-A--1.png"'


def test_the_same_file_is_not_sent_twice(client: FlaskClient) -> None:
    farm = make_farm()
    address = f"/farm/lots/{farm.harvest().id}/label.pdf"
    first = farm.signed_in(client).get(address)
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def width_of(text: str, size: float) -> float:
    return len(text) * size


def test_text_wraps_at_words_and_breaks_what_is_too_long() -> None:
    assert wrap("một hai ba", 7, 1, width_of) == ["một hai", "ba"]
    assert wrap("abcdefgh ij", 5, 1, width_of) == ["abcde", "fgh", "ij"]


def test_text_shrinks_before_it_is_cut() -> None:
    assert fit("một hai ba", width=20, max_lines=1, sizes=(4, 3, 2), measure=width_of) == (2, ["một hai ba"])
    assert fit("một hai ba bốn", width=20, max_lines=1, sizes=(4, 2), measure=width_of) == (2, ["một hai b…"])
