"""Wiring of the catalogue."""

from flask import Flask

from catalog.places import models as places_models
from catalog.places.cli import commands as places_commands
from catalog.places.views import blueprint as places
from catalog.producers import models as producers_models
from catalog.products import models as products_models
from catalog.products.api import blueprint as products_api
from catalog.search import models as search_models
from catalog.search import setup as search
from core.config import Settings
from core.web.api_reference import api

MODELS = (places_models, producers_models, products_models, search_models)


def init_app(app: Flask, settings: Settings) -> None:
    """Register the pages, API, commands and subscribers of the catalogue."""
    app.register_blueprint(places)
    app.cli.add_command(places_commands)
    api.register_blueprint(products_api)
    search.init_app(app, settings)
