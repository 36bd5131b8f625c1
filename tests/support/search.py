"""An index of its own for a test, and a way to bring it up to date as the worker does."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from catalog.search.registry import search_engine, set_search_engine
from catalog.search.tantivy_engine import TantivyEngine
from catalog.search.usecases import index_changes
from core.outbox.relay import deliver_pending


@pytest.fixture
def search_index(app: Flask, session: object, tmp_path: Path) -> Iterator[Callable[[], int]]:
    """Empty the search index for this test; calling it delivers the outbox and indexes, and tells how many changes."""
    before = search_engine()
    set_search_engine(app, TantivyEngine(tmp_path / "search"))

    def bring_up_to_date() -> int:
        deliver_pending()
        return index_changes()

    yield bring_up_to_date
    set_search_engine(app, before)
