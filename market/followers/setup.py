"""Wiring of followers."""

from flask import Flask

from market.followers.views import blueprint


def init_app(app: Flask) -> None:
    """The buttons; who is told, and how, is the business of notices."""
    app.register_blueprint(blueprint)
