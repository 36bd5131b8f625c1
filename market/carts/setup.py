"""Wiring of baskets."""

from flask import Flask
from flask_security import user_authenticated

from market.carts import again_views, views
from market.carts.browser import basket_count


def init_app(app: Flask) -> None:
    """Register the basket's pages and the number in the header, and merge baskets at sign-in."""
    for feature in (views, again_views):
        app.register_blueprint(feature.blueprint)
    user_authenticated.connect(again_views.merge_at_sign_in, app)
    app.jinja_env.globals["basket_count"] = basket_count
