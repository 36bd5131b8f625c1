"""Wiring of baskets."""

from flask import Flask

from market.carts.browser import basket_count
from market.carts.views import blueprint


def init_app(app: Flask) -> None:
    """Register the basket's pages and the number in the header."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["basket_count"] = basket_count
