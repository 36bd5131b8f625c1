"""Search over HTTP."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from catalog.products.models import Category
from catalog.search.engine import SearchQuery
from catalog.search.errors import SearchUnavailable
from catalog.search.registry import search_engine, set_search_engine
from catalog.search.tantivy_engine import TantivyEngine
from tests.catalog.search.conftest import make_document


@pytest.fixture(autouse=True)
def engine(app: Flask, session: object, tmp_path: Path) -> Iterator[TantivyEngine]:
    """An index with two products."""
    before = search_engine()
    engine = TantivyEngine(tmp_path / "search")
    engine.index(
        [
            make_document(stars=4, price_from_vnd=35_000, unit="piece", available=3),
            make_document(
                "Mứt bưởi",
                "Candied pomelo",
                category=Category.CONFECTIONERY,
                commune_code="18073",
                commune_name="Phường Thành Sen",
            ),
        ]
    )
    set_search_engine(app, engine)
    yield engine
    set_search_engine(app, before)


def test_found_with_a_slip_and_without_marks(client: FlaskClient) -> None:
    body = client.get("/api/v1/search?q=buoi+phuc+trahc").get_json()
    (item,) = body["items"]
    assert (item["name_vi"], item["ocop_stars"], item["price_from_vnd"], item["available"]) == (
        "Bưởi Phúc Trạch",
        4,
        35_000,
        3,
    )
    assert item["commune"] == {"code": "18547", "name": "Xã Phúc Trạch"}
    assert item["producer"]["slug"] == "hop-tac-xa-song-la"
    assert body["facets"]["stars"] == [{"value": "4", "label": "4", "count": 1}]
    assert (body["total"], body["page"], body["per_page"]) == (1, 1, 24)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Mứt bưởi", "Bưởi Phúc Trạch"]),
        ("commune=18547", ["Bưởi Phúc Trạch"]),
        ("commune=18547&commune=18073&sort=price_up", ["Bưởi Phúc Trạch", "Mứt bưởi"]),
        ("stars=5", []),
        ("stars=3", ["Bưởi Phúc Trạch"]),
        ("category=confectionery", ["Mứt bưởi"]),
        ("in_stock=true", ["Bưởi Phúc Trạch"]),
        ("per_page=1&page=2", ["Bưởi Phúc Trạch"]),
        ("q=%00%F0%9F%8D%8A", []),
    ],
)
def test_arguments(client: FlaskClient, query: str, names: list[str]) -> None:
    answer = client.get(f"/api/v1/search?{query}")
    assert answer.status_code == 200
    assert [item["name_vi"] for item in answer.get_json()["items"]] == names


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("q=" + "x" * 201, "q"),
        ("stars=2", "stars"),
        ("stars=many", "stars"),
        ("category=weapons", "category"),
        ("sort=random", "sort"),
        ("commune=abc", "commune"),
        ("page=0", "page"),
        ("per_page=1000", "per_page"),
        ("in_stock=perhaps", "in_stock"),
    ],
)
def test_bad_arguments_are_named(client: FlaskClient, query: str, field: str) -> None:
    answer = client.get(f"/api/v1/search?{query}")
    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == [field]


def test_searching_asks_the_database_nothing(client: FlaskClient, count_queries: Callable[[], Any]) -> None:
    with count_queries() as statements:
        assert client.get("/api/v1/search?q=buoi").status_code == 200
    assert statements == []


def test_an_engine_that_does_not_answer_is_503(
    client: FlaskClient, engine: TantivyEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(query: SearchQuery) -> None:
        raise SearchUnavailable

    monkeypatch.setattr(engine, "search", fail)
    answer = client.get("/api/v1/search?q=buoi")
    assert answer.status_code == 503
    assert "message" in answer.get_json()


def test_the_api_document_describes_both(client: FlaskClient) -> None:
    paths = client.get("/api/v1/openapi.json").get_json()["paths"]
    assert {"/api/v1/products", "/api/v1/products/{slug}", "/api/v1/search"} <= set(paths)
