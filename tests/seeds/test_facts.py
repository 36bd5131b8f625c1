"""The data files: complete, in good form, and equal to what the collected facts give."""

import json
import unicodedata
from pathlib import Path

import pytest

from catalog.products.models import Category
from market.offers.models import SaleUnit
from seeds.build_data import DATA, as_json, build_markets, build_products
from seeds.facts import load_markets, load_producers, load_products, load_stalls, load_stories
from seeds.vocabulary import load_kinds

ROOT = Path(__file__).resolve().parents[2]
PRODUCTS = load_products()


def test_the_files_are_what_the_collection_gives() -> None:
    collection_file = ROOT.parent / "shared" / "data" / "ocop-ha-tinh.json"
    if not collection_file.exists():
        pytest.skip("the collected facts are not beside the project (../shared/data)")
    collection = json.loads(collection_file.read_text(encoding="utf-8"))
    assert (DATA / "products.json").read_text(encoding="utf-8") == as_json(build_products(collection))
    assert (DATA / "markets.json").read_text(encoding="utf-8") == as_json(build_markets(collection))


def test_there_are_eighty_products_and_ten_markets() -> None:
    assert len(PRODUCTS) == len({product.slug for product in PRODUCTS}) == 80
    assert len(load_markets()) == 10


@pytest.mark.parametrize("path", sorted(DATA.glob("*.json")), ids=lambda path: path.stem)
def test_all_text_is_nfc(path: Path) -> None:
    assert unicodedata.is_normalized("NFC", path.read_text(encoding="utf-8"))


def test_every_product_is_of_a_known_category_unit_and_drawing() -> None:
    drawings = {path.stem for path in (ROOT / "static" / "img" / "products").glob("*.svg")}
    assert {product.category for product in PRODUCTS} <= set(Category)
    assert {product.unit for product in PRODUCTS} <= set(SaleUnit)
    assert {product.illustration for product in PRODUCTS} | {kind.illustration for kind in load_kinds()} <= drawings


def test_every_product_has_a_story_in_both_languages() -> None:
    stories = load_stories()
    for product in PRODUCTS:
        assert 40 <= len(stories[product.slug]["vi"]) <= 300, product.slug
        assert 40 <= len(stories[product.slug]["en"]) <= 300, product.slug
    assert {market.slug for market in load_markets()} <= set(stories)


def test_every_product_belongs_to_one_sample_producer() -> None:
    producers = load_producers()
    assert sorted(slug for producer in producers for slug in producer.products) == sorted(
        product.slug for product in PRODUCTS
    )
    assert all(producer.name.endswith("(mẫu)") for producer in producers)
    assert len({producer.slug for producer in producers}) == len(producers)


def test_every_stall_and_holder_says_that_it_is_a_sample() -> None:
    stalls = load_stalls()
    assert all(stall.name.endswith("(mẫu)") and stall.holder_name.endswith("(mẫu)") for stall in stalls)
    assert {stall.market for stall in stalls} <= {market.slug for market in load_markets()}
