"""Both engines, empty, and documents for them."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from catalog.products.models import Category
from catalog.search.elasticsearch_engine import ElasticsearchEngine
from catalog.search.engine import ProductDocument, SearchEngine, SearchQuery
from catalog.search.tantivy_engine import TantivyEngine
from core.i18n import slugify

_numbers = count(1)


def make_document(
    name_vi: str = "Bưởi Phúc Trạch", name_en: str = "Phuc Trach pomelo", **values: object
) -> ProductDocument:
    """A document with an id of its own; each is newer than the one made before it."""
    number = next(_numbers)
    return ProductDocument(
        **{
            "id": uuid.UUID(int=number),
            "slug": f"{slugify(name_vi)}-{number}",
            "name_vi": name_vi,
            "name_en": name_en,
            "category": Category.FRUIT,
            "producer_name": "Hợp tác xã Sông La (mẫu)",
            "producer_slug": "hop-tac-xa-song-la",
            "commune_code": "18547",
            "commune_name": "Xã Phúc Trạch",
            "stars": None,
            "gi": None,
            "brand": None,
            "illustration": "pomelo",
            "photo_key": None,
            "created_at": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number),
            **values,
        }
    )


@pytest.fixture(params=["tantivy", "elasticsearch"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    """An engine that was never filled."""
    if request.param == "tantivy":
        yield TantivyEngine(tmp_path / "search")
        return
    alias = f"test-{uuid.uuid4().hex[:12]}"
    elasticsearch = ElasticsearchEngine(request.getfixturevalue("elasticsearch_url"), alias)
    yield elasticsearch
    for name in elasticsearch.client.indices.get(index=f"{alias}-v*").body:
        elasticsearch.client.indices.delete(index=name)
    elasticsearch.client.close()


@pytest.fixture
def names_found(engine: SearchEngine) -> Callable[..., list[str]]:
    """Search for a text and give back the Vietnamese names, best first."""

    def find(text: str, **values: object) -> list[str]:
        return [hit.name_vi for hit in engine.search(SearchQuery(text=text, **values)).hits]

    return find
