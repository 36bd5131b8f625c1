"""Wiring of delivery."""

from flask import Flask

from market.delivery.words import (
    day_words,
    delivery_words,
    method_words,
    time_words,
)


def init_app(app: Flask) -> None:
    """The producers' pages, and delivery in words for templates."""
    app.jinja_env.filters["delivery_words"] = delivery_words
    app.jinja_env.filters["delivery_day"] = day_words
    app.jinja_env.globals.update(method_words=method_words, time_words=time_words)
