"""Wiring of delivery."""

from flask import Flask

from core.i18n import lazy_gettext as _l
from core.web.navigation import NavigationItem, add_navigation
from market.delivery import site_views
from market.delivery.policies import SETTERS
from market.delivery.views import blueprint
from market.delivery.words import (
    CARRIER_NAMES,
    KIND_NAMES,
    WEEKDAY_NAMES,
    day_words,
    delivery_words,
    hours_words,
    method_words,
    time_words,
)


def init_app(app: Flask) -> None:
    """The producers' pages, and delivery in words for templates."""
    app.register_blueprint(blueprint)
    app.register_blueprint(site_views.blueprint)
    add_navigation(app, NavigationItem("site_courier.fees", _l("Courier of the site"), "truck", frozenset(SETTERS)))
    app.jinja_env.filters["delivery_words"] = delivery_words
    app.jinja_env.filters["delivery_day"] = day_words
    app.jinja_env.globals.update(
        method_words=method_words,
        time_words=time_words,
        hours_words=hours_words,
        delivery_kinds=KIND_NAMES,
        delivery_carriers=CARRIER_NAMES,
        weekday_names=WEEKDAY_NAMES,
    )
