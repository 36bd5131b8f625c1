"""The index follows the database through the outbox."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from catalog.products.events import ProductChanged
from catalog.products.models import Product, ProductStatus
from catalog.search.engine import ProductDocument, SearchQuery
from catalog.search.errors import IndexBusy, SearchUnavailable
from catalog.search.models import SearchChange
from catalog.search.queries import load_documents, search_products
from catalog.search.registry import register_document_contribution, search_engine, set_search_engine
from catalog.search.tantivy_engine import TantivyEngine
from catalog.search.usecases import index_changes, rebuild_index
from core.db import db
from core.outbox import publish
from tests.factories import make_producer, make_product

Deliver = Callable[[], int]


class CountingEngine(TantivyEngine):
    """Tantivy, counting its writes."""

    writes = 0

    def _write(self, documents: Any, replaced: Any) -> None:
        self.writes += 1
        super()._write(documents, replaced)


@pytest.fixture
def engine(app: Flask, session: object, tmp_path: Path) -> Iterator[CountingEngine]:
    """An empty index for one test."""
    before = search_engine()
    engine = CountingEngine(tmp_path / "search")
    set_search_engine(app, engine)
    yield engine
    set_search_engine(app, before)


@pytest.fixture
def contribute(app: Flask) -> Iterator[Callable[..., None]]:
    """Register contributions that are gone after the test."""
    before = list(app.extensions.get("search_contributions", ()))
    app.extensions["search_contributions"] = []
    yield lambda function: register_document_contribution(app, function)
    app.extensions["search_contributions"] = before


def slugs(text: str = "") -> set[str]:
    """Addresses of what is found."""
    return {hit.slug for hit in search_products(SearchQuery(text)).hits}


def changed(*products: Product) -> None:
    """Publish that these changed, and commit."""
    for product in products:
        publish(ProductChanged(product_id=product.id))
    db.session.commit()


def test_a_new_product_is_found_after_delivery(engine: CountingEngine, deliver_outbox: Deliver) -> None:
    product = make_product()
    changed(product)
    assert slugs() == set()
    deliver_outbox()
    assert index_changes() == 1
    assert slugs("buoi phuc trach") == {product.slug}
    assert index_changes() == 0


@pytest.mark.parametrize("status", [ProductStatus.DRAFT, ProductStatus.ARCHIVED])
def test_what_is_no_longer_published_leaves_the_index(
    engine: CountingEngine, deliver_outbox: Deliver, status: ProductStatus
) -> None:
    product, other = make_product(), make_product()
    changed(product, other)
    deliver_outbox()
    index_changes()
    product.status = status
    changed(product)
    publish(ProductChanged(product_id=uuid.uuid4()))
    deliver_outbox()
    index_changes()
    assert slugs() == {other.slug}


def test_many_changes_in_a_moment_are_few_writes(engine: CountingEngine, deliver_outbox: Deliver) -> None:
    producer = make_producer()
    products = [make_product(producer) for _ in range(60)]
    changed(*products, *products)
    deliver_outbox()
    assert index_changes() == 120
    assert engine.writes == 1
    assert search_products(SearchQuery()).total == 60


def test_a_failed_write_is_done_again(
    engine: CountingEngine, deliver_outbox: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = make_product()
    changed(product)
    deliver_outbox()

    def busy(documents: Sequence[ProductDocument]) -> None:
        raise IndexBusy

    with monkeypatch.context() as broken:
        broken.setattr(engine, "index", busy)
        with pytest.raises(IndexBusy), db.session.begin_nested():
            index_changes()
    assert db.session.scalar(select(func.count()).select_from(SearchChange)) == 1
    index_changes()
    assert slugs() == {product.slug}


def test_a_limit_takes_the_oldest_first(engine: CountingEngine, deliver_outbox: Deliver) -> None:
    products = [make_product() for _ in range(3)]
    changed(*products)
    deliver_outbox()
    assert index_changes(limit=2) == 2
    assert slugs() == {product.slug for product in products[:2]}


def test_documents_hold_what_other_features_contribute(contribute: Callable[..., None], session: object) -> None:
    with_price, without = make_product(), make_product()

    def prices(product_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Mapping[str, Any]]:
        assert set(product_ids) == {with_price.id, without.id}
        return {with_price.id: {"price_from_vnd": 35_000, "unit": "piece", "available": 5}}

    contribute(prices)
    contribute(prices)
    documents = {document.id: document for document in load_documents([with_price.id, without.id, uuid.uuid4()])}
    assert (documents[with_price.id].price_from_vnd, documents[with_price.id].available) == (35_000, 5)
    assert (documents[without.id].price_from_vnd, documents[without.id].available) == (None, 0)
    contribute(lambda ids: {with_price.id: {"slug": "stolen"}})
    with pytest.raises(ValueError, match="slug"):
        load_documents([with_price.id, without.id])


def test_documents_of_many_products_are_one_query(
    contribute: Callable[..., None], session: object, count_queries: Callable[[], Any]
) -> None:
    products = [make_product(make_producer()).id for _ in range(10)]
    db.session.commit()
    db.session.expunge_all()
    with count_queries() as statements:
        assert len(load_documents(products)) == 10
    assert len(statements) == 1


def test_a_rebuild_reads_every_published_product(engine: CountingEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.search.queries.BATCH", 3)
    expected = {make_product().slug for _ in range(8)}
    make_product(status=ProductStatus.DRAFT)
    db.session.commit()
    assert rebuild_index() == 8
    assert slugs() == expected


def test_the_command_rebuilds_and_says_how_many(app: Flask, engine: CountingEngine) -> None:
    product = make_product()
    db.session.commit()
    result = app.test_cli_runner().invoke(args=["search", "rebuild"])
    assert result.exit_code == 0
    assert result.output.startswith("1 products indexed in ")
    assert slugs() == {product.slug}


def test_not_ready_while_the_engine_does_not_answer(
    client: FlaskClient, engine: CountingEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/readyz").get_json()["parts"]["search"] == "ok"

    def fail() -> None:
        raise SearchUnavailable

    monkeypatch.setattr(engine, "ping", fail)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["parts"]["search"] == "failed"
