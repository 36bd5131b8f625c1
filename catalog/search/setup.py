"""Wiring of search."""

from flask import Flask

from catalog.products.events import ProductChanged
from catalog.search.api import blueprint
from catalog.search.cli import commands
from catalog.search.engine import SearchEngine
from catalog.search.handlers import note_changed_product
from catalog.search.registry import search_engine, set_search_engine
from catalog.search.tantivy_engine import TantivyEngine
from catalog.search.tasks import index_changes
from core.config import Settings
from core.jobs import every
from core.outbox import subscribe
from core.web.api_reference import api
from core.web.health import add_readiness_check


def init_app(app: Flask, settings: Settings) -> None:
    """Choose the engine, keep its index up to date, and answer searches."""
    set_search_engine(app, _engine(settings))
    subscribe(ProductChanged, note_changed_product)
    every(app, seconds=2, task=index_changes)
    add_readiness_check(app, "search", lambda: search_engine().ping())
    app.cli.add_command(commands)
    api.register_blueprint(blueprint)


def _engine(settings: Settings) -> SearchEngine:
    if settings.elasticsearch_url:
        # Only here: its client takes a quarter of a second of every start.
        from catalog.search.elasticsearch_engine import ElasticsearchEngine

        return ElasticsearchEngine(settings.elasticsearch_url, settings.elasticsearch_index)
    return TantivyEngine((settings.var_dir / "search").resolve())
