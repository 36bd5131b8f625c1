"""Wiring of the catalogue."""

from flask import Flask

from catalog.places import models as places_models
from catalog.producers import models as producers_models
from catalog.products import models as products_models
from core.config import Settings

MODELS = (places_models, producers_models, products_models)


def init_app(app: Flask, settings: Settings) -> None:
    """Register the pages, API, commands and subscribers of the catalogue."""
