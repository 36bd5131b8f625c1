"""Codes that are made from one another are the codes that a common encoder makes."""

import random

import pytest
import segno
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from segno import encoder

from core.db.codes import READABLE_ALPHABET
from traceability.labels.code_family import CodeFamily

STEM = "https://cho-nguon.example.vn/01/09521000000018/10/{lot}/21/{prefix}"
ends = st.text(READABLE_ALPHABET, min_size=10, max_size=10)


def stem(lot: str = "260915-1", prefix: str = "") -> str:
    return STEM.format(lot=lot, prefix=prefix)


def rows_of(code: segno.QRCode) -> list[int]:
    return [int("".join(map(str, row)), 2) for row in code.matrix]


def with_mask(link: str, mask: int) -> segno.QRCode:
    return segno.make(link, error="m", micro=False, boost_error=False, mask=mask)


FAMILIES = {
    (lot, prefix): CodeFamily(stem(lot, prefix) + "0" * 10, 10)
    for lot, prefix in (("1", ""), ("260915-1", "HK-"), ("L" * 20, "P" * 10), ("%2F" * 20, "x" * 10))
}


@pytest.mark.parametrize("key", list(FAMILIES))
@settings(max_examples=25)
@given(end=ends)
def test_each_code_is_what_an_encoder_makes_of_the_link(key: tuple[str, str], end: str) -> None:
    link = stem(*key) + end
    rows = FAMILIES[key].rows(end)
    made = {tuple(rows_of(with_mask(link, mask))): mask for mask in range(8)}
    assert tuple(rows) in made


def test_the_mask_is_a_best_one() -> None:
    """By another's count of the penalties; it leaves out finders that overlap, 40 points each, which are rare."""
    family, choice = FAMILIES["260915-1", "HK-"], random.Random(7)
    for _ in range(12):
        end = "".join(choice.choices(READABLE_ALPHABET, k=10))
        codes = [with_mask(stem("260915-1", "HK-") + end, mask) for mask in range(8)]
        penalties = [encoder.evaluate_mask(code.matrix, family.size, family.size) for code in codes]
        ours = [rows_of(code) for code in codes].index(family.rows(end))
        assert penalties[ours] <= min(penalties) + 40


def test_the_codes_can_be_read() -> None:
    family = FAMILIES["L" * 20, "P" * 10]
    for end in ("0123456789", "ZZZZZZZZZZ", "ABCDEFGHJK"):
        picture = Image.new("1", (family.size_with_quiet_zone,) * 2, 1)
        for y, row in enumerate(family.rows(end)):
            for x in range(family.size):
                picture.putpixel((x + 4, y + 4), not row >> family.size - 1 - x & 1)
        (found,) = zxingcpp.read_barcodes(picture.resize((picture.width * 4, picture.height * 4)).convert("L"))
        assert found.text == stem("L" * 20, "P" * 10) + end
        assert found.ec_level == "M"


def test_links_with_letters_beyond_ascii_are_refused() -> None:
    with pytest.raises(ValueError, match="21"):
        CodeFamily("https://chợ.vn/21/0000000000", 10)


def test_a_link_in_capitals_is_made_byte_by_byte_too() -> None:
    family = CodeFamily("HTTPS://EXAMPLE.VN/21/0000000000", 10)
    link = "HTTPS://EXAMPLE.VN/21/4T7ZKQ0M2X"
    codes = [segno.make(link, error="m", micro=False, boost_error=False, mode="byte", mask=mask) for mask in range(8)]
    assert family.rows("4T7ZKQ0M2X") in [rows_of(code) for code in codes]


def test_an_end_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError):
        FAMILIES["1", ""].rows("short")
