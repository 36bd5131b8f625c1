"""Folding and slugs of Vietnamese text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.i18n import fold, normalize, slugify


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Bưởi Phúc Trạch", "buoi phuc trach"), ("ĐƯỜNG", "duong"), ("đường", "duong"), ("Cu đơ", "cu do")],
)
def test_folding_takes_the_marks_off(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(unicodedata.normalize("NFD", text)) == folded


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=200))
def test_a_slug_is_safe_in_an_address(text: str) -> None:
    slug = slugify(text)
    assert slug.isascii()
    assert len(slug) <= 80
    assert all(character.isalnum() or character == "-" for character in slug)
    assert not slug.startswith("-")
    assert not slug.endswith("-")


def test_normalising_joins_and_trims() -> None:
    assert normalize("  Bu\u031bo\u031b\u0309i \n  Phúc ") == "Bưởi Phúc"
