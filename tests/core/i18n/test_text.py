"""Folding and slugs of Vietnamese text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.i18n import fold, natural_key, normalize, slugify


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


def test_names_sort_as_people_count() -> None:
    numbers = ["B1", "A10", "12", "A2", "2", "a1", "A2b", "Cổng 3"]
    assert sorted(numbers, key=natural_key) == ["2", "12", "a1", "A2", "A2b", "A10", "B1", "Cổng 3"]


@given(st.lists(st.text(max_size=12), max_size=8))
def test_any_names_can_be_sorted(numbers: list[str]) -> None:
    assert len(sorted(numbers, key=natural_key)) == len(numbers)
