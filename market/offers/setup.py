"""Wiring of offers."""

from flask import Flask

from market.offers.categories import category_name
from market.offers.units import unit_label
from market.offers.views import blueprint


def init_app(app: Flask) -> None:
    """Register the producers' product pages and the names of units and categories."""
    app.register_blueprint(blueprint)
    app.jinja_env.filters["unit_label"] = unit_label
    app.jinja_env.filters["category_name"] = category_name
