"""Wiring of offers."""

from flask import Flask

from catalog.search.registry import register_document_contribution
from market.offers.buy_options import BUY_OPTIONS
from market.offers.categories import category_name
from market.offers.queries import search_fields
from market.offers.units import base_unit_of, unit_label
from market.offers.views import blueprint
from traceability.passport.offers import register_buy_options


def init_app(app: Flask) -> None:
    """Register the producers' product pages and the names of units and categories."""
    app.register_blueprint(blueprint)
    register_buy_options(app, BUY_OPTIONS)
    register_document_contribution(app, search_fields)
    app.jinja_env.filters["unit_label"] = unit_label
    app.jinja_env.filters["base_unit"] = base_unit_of
    app.jinja_env.filters["category_name"] = category_name
