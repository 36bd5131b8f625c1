"""Values of products, for every text that somebody may type."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from catalog.products.models import Category
from catalog.products.rules import checked, slug_base
from catalog.products.values import ProductValues
from core.errors import Invalid

texts = st.text(max_size=200)


@given(texts)
def test_every_name_has_an_address(name: str) -> None:
    slug = slug_base(name)
    assert slug.isascii()
    assert 0 < len(slug) <= 90
    assert slug == slug.lower().strip("-")


@given(texts, texts, st.lists(texts, max_size=30))
def test_checking_refuses_or_tidies_and_tidies_once(name: str, description: str, stages: list[str]) -> None:
    values = ProductValues(
        name_vi=name,
        name_en="Pomelo",
        category=Category.FRUIT,
        commune_code="18547",
        description_vi=description,
        stages=tuple(stages),
    )
    try:
        tidy = checked(values)
    except Invalid as error:
        assert error.field in ("name_vi", "description_vi", "stages")
        return
    assert checked(tidy) == tidy
    assert tidy.name_vi == unicodedata.normalize("NFC", tidy.name_vi)
    assert "\x00" not in f"{tidy.name_vi}{tidy.description_vi}{tidy.stages}"
