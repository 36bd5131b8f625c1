"""Wiring of refunds."""

from flask import Flask

from market.refunds.forms import REASON_NAMES
from market.refunds.queries import given_back_of_parcel, refunds_of_order
from market.refunds.views import blueprint


def init_app(app: Flask) -> None:
    """The pages, and what the templates of orders need to show what was given back."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(
        refunds_of_order=refunds_of_order, given_back_of_parcel=given_back_of_parcel, refund_reason_names=REASON_NAMES
    )
