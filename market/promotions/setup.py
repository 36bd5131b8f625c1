"""Wiring of promotions."""

from flask import Flask

from market.promotions.queries import discounts_of


def init_app(app: Flask) -> None:
    """What the templates of orders need of promotions."""
    app.jinja_env.globals.update(discounts_of=discounts_of)
