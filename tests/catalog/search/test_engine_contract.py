"""Filters, facets, order, paging, writing and rebuilding: the same on every engine."""

import uuid
from collections.abc import Callable, Iterator

import pytest

from catalog.products.models import Category
from catalog.search.engine import (
    MAX_HITS,
    FacetValue,
    ProductDocument,
    SearchEngine,
    SearchQuery,
    SortOrder,
)
from tests.catalog.search.conftest import make_document

Find = Callable[..., list[str]]


def test_an_index_that_was_never_filled_is_empty(engine: SearchEngine) -> None:
    engine.ping()
    result = engine.search(SearchQuery("bưởi", min_stars=3))
    assert (list(result.hits), result.total, result.pages) == ([], 0, 1)
    engine.delete([uuid.uuid4()])
    engine.index([])
    assert engine.search(SearchQuery()).total == 0


def test_a_hit_holds_all_that_a_card_shows(engine: SearchEngine) -> None:
    document = make_document(
        'Bưởi "đặc biệt" <b>&',
        stars=4,
        gi="Phúc Trạch",
        photo_key="photos/abc",
        price_from_vnd=35_000,
        unit="piece",
        available=7,
        several_prices=True,
        needs_cool_chain=True,
    )
    engine.index([document])
    (hit,) = engine.search(SearchQuery("dac biet")).hits
    for name in hit.__dataclass_fields__:
        assert getattr(hit, name) == getattr(document, name), name
    assert isinstance(hit.id, uuid.UUID)
    assert isinstance(hit.category, Category)


def test_without_text_the_newest_come_first(engine: SearchEngine, names_found: Find) -> None:
    engine.index([make_document("Một"), make_document("Hai"), make_document("Ba")])
    assert names_found("") == ["Ba", "Hai", "Một"]
    assert names_found("   ") == ["Ba", "Hai", "Một"]


def test_order_by_price_puts_what_is_not_on_sale_last(engine: SearchEngine, names_found: Find) -> None:
    engine.index(
        [
            make_document("Rẻ", price_from_vnd=10_000),
            make_document("Không bán"),
            make_document("Đắt", price_from_vnd=90_000),
        ]
    )
    assert names_found("", sort=SortOrder.PRICE_UP) == ["Rẻ", "Đắt", "Không bán"]
    assert names_found("", sort=SortOrder.PRICE_DOWN) == ["Đắt", "Rẻ", "Không bán"]
    assert names_found("", sort=SortOrder.NEWEST) == ["Đắt", "Không bán", "Rẻ"]


@pytest.fixture
def fair(engine: SearchEngine) -> SearchEngine:
    """Six products of two communes."""
    tan, phuc = (("18073", "Phường Thành Sen"), ("18547", "Xã Phúc Trạch"))
    rows = [
        ("Bưởi một", Category.FRUIT, phuc, 5, 3),
        ("Bưởi hai", Category.FRUIT, phuc, 4, 0),
        ("Bưởi ba", Category.FRUIT, tan, 3, 3),
        ("Mứt bưởi", Category.CONFECTIONERY, tan, 4, 3),
        ("Tinh dầu bưởi", Category.OIL, tan, None, 0),
        ("Mật ong", Category.HONEY, tan, 5, 3),
    ]
    engine.index(
        [
            make_document(
                name,
                category=category,
                commune_code=place[0],
                commune_name=place[1],
                stars=stars,
                available=available,
            )
            for name, category, place, stars, available in rows
        ]
    )
    return engine


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"commune_codes": ("18547",)}, {"Bưởi một", "Bưởi hai"}),
        ({"commune_codes": ("18547", "18073")}, {"Bưởi một", "Bưởi hai", "Bưởi ba", "Mứt bưởi", "Tinh dầu bưởi"}),
        ({"commune_codes": ("99999",)}, set()),
        ({"min_stars": 4}, {"Bưởi một", "Bưởi hai", "Mứt bưởi"}),
        ({"category": Category.FRUIT}, {"Bưởi một", "Bưởi hai", "Bưởi ba"}),
        ({"in_stock": True}, {"Bưởi một", "Bưởi ba", "Mứt bưởi"}),
        ({"min_stars": 3, "category": Category.FRUIT, "in_stock": True, "commune_codes": ("18073",)}, {"Bưởi ba"}),
    ],
)
def test_filters_narrow(fair: SearchEngine, filters: dict[str, object], expected: set[str]) -> None:
    result = fair.search(SearchQuery("buoi", **filters))
    assert {hit.name_vi for hit in result.hits} == expected
    assert result.total == len(expected)


def test_facets_count_under_the_text_and_the_other_filters(fair: SearchEngine) -> None:
    facets = fair.search(SearchQuery("buoi")).facets
    assert list(facets.communes) == [
        FacetValue("18073", "Phường Thành Sen", 3),
        FacetValue("18547", "Xã Phúc Trạch", 2),
    ]
    assert [(value.value, value.count) for value in facets.stars] == [("5", 1), ("4", 2), ("3", 1)]
    assert [(value.value, value.count) for value in facets.categories] == [
        ("fruit", 3),
        ("confectionery", 1),
        ("oil", 1),
    ]
    narrowed = fair.search(SearchQuery("buoi", category=Category.FRUIT, commune_codes=("18547",))).facets
    assert [(value.value, value.count) for value in narrowed.communes] == [("18547", 2), ("18073", 1)]
    assert [(value.value, value.count) for value in narrowed.categories] == [("fruit", 2)]
    assert [(value.value, value.count) for value in narrowed.stars] == [("5", 1), ("4", 1)]


def test_pages_follow_each_other_without_gap_or_repetition(engine: SearchEngine) -> None:
    documents = [make_document(f"Bưởi {number}") for number in range(25)]
    engine.index(documents)
    for text in ("", "buoi"):
        seen = []
        for page in (1, 2, 3):
            result = engine.search(SearchQuery(text, page=page, per_page=10))
            assert (result.total, result.pages, result.page) == (25, 3, page)
            seen += [hit.id for hit in result.hits]
        assert sorted(seen) == sorted(document.id for document in documents)
    beyond = engine.search(SearchQuery("buoi", page=4, per_page=10))
    assert (list(beyond.hits), beyond.total) == ([], 25)


def test_the_deepest_page_answers(engine: SearchEngine) -> None:
    engine.index([make_document()])
    deepest = engine.search(SearchQuery("buoi", page=10**9, per_page=10**9))
    assert (deepest.per_page, deepest.page * deepest.per_page, list(deepest.hits)) == (100, MAX_HITS, [])
    first = engine.search(SearchQuery("buoi", page=-5, per_page=-5))
    assert (first.page, first.per_page, first.total) == (1, 1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "!!!",
        '"((( AND OR NOT',
        "a:b^3~2*?[x TO y}",
        "\\",
        "\x00\x01",
        "🍊",
        "´`¨",
        "\u0301\u0300",
        "ß" * 500,
        "đ " * 400,
        "x" * 5000,
        "_" * 50,
        "\ud800",
        "ﷺ" * 199,
        "' OR 1=1; --",
    ],
)
def test_nonsense_finds_nothing_and_harms_nothing(engine: SearchEngine, text: str) -> None:
    engine.index([make_document("Cam")])
    assert engine.search(SearchQuery(text)).total == 0


def test_indexing_again_replaces(engine: SearchEngine, names_found: Find) -> None:
    document = make_document("Bưởi")
    engine.index([document, make_document("Cam")])
    engine.index([ProductDocument(**{**document.__dict__, "name_vi": "Quýt", "available": 4})])
    assert names_found("") == ["Cam", "Quýt"]
    assert names_found("buoi") == []


def test_deleted_documents_are_gone(engine: SearchEngine, names_found: Find) -> None:
    gone, stays = make_document("Bưởi"), make_document("Cam")
    engine.index([gone, stays])
    engine.delete([gone.id, uuid.uuid4()])
    assert names_found("") == ["Cam"]


def test_a_rebuilt_index_replaces_the_old_one(engine: SearchEngine, names_found: Find) -> None:
    engine.index([make_document("Cũ")])
    told: list[int] = []
    fresh = [make_document("Mới"), make_document("Mới nữa")]
    assert engine.rebuild(iter(fresh), progress=told.append) == 2
    assert names_found("") == ["Mới nữa", "Mới"]
    assert told[-1] == 2
    engine.index([make_document("Thêm")])
    assert names_found("") == ["Thêm", "Mới nữa", "Mới"]
    assert engine.rebuild(iter(())) == 0
    assert names_found("") == []


def test_the_old_index_answers_during_a_rebuild_and_survives_its_failure(
    engine: SearchEngine, names_found: Find
) -> None:
    engine.index([make_document("Cũ")])

    def broken() -> Iterator[ProductDocument]:
        yield make_document("Mới")
        assert names_found("") == ["Cũ"]
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        engine.rebuild(broken())
    assert names_found("") == ["Cũ"]
    engine.rebuild([make_document("Mới")])
    assert names_found("") == ["Mới"]
