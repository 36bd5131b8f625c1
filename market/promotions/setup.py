"""Wiring of promotions."""

from flask import Flask

from core.accounts import RoleName
from core.i18n import lazy_gettext as _l
from core.web import NavigationItem, add_navigation
from market.promotions.queries import discounts_of
from market.promotions.views import blueprint


def init_app(app: Flask) -> None:
    """The pages, the officers' way to them, and what the templates of orders need; farms lead there from their home."""
    app.register_blueprint(blueprint)
    officers = frozenset({RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR})
    add_navigation(app, NavigationItem("promotions.index", _l("Promotions"), "tags", officers))
    app.jinja_env.globals.update(discounts_of=discounts_of)
