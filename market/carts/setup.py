"""Wiring of baskets."""

from flask import Flask
from flask_login import user_logged_out
from flask_security import user_authenticated

from market.carts import again_views, views
from market.carts.browser import basket_count


def init_app(app: Flask) -> None:
    """Register the basket's pages and the number in the header; merge baskets at sign-in, forget them at sign-out."""
    for feature in (views, again_views):
        app.register_blueprint(feature.blueprint)
    user_authenticated.connect(again_views.merge_at_sign_in, app)
    user_logged_out.connect(again_views.forget_at_sign_out, app)
    app.jinja_env.globals["basket_count"] = basket_count
