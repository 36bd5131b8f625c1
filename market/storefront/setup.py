"""Wiring of the shop's pages."""

from typing import Any

from flask import Flask

from core.accounts import RoleName
from core.i18n import DEFAULT_LOCALE, current_locale
from core.i18n import lazy_gettext as _l
from core.web import NavigationItem, add_navigation
from market.storefront.search_page import SORT_NAMES
from market.storefront.views import blueprint


def in_language(thing: Any, field: str) -> Any:
    """`thing.<field>_<locale>` in the reader's language, or in Vietnamese where that is empty."""
    return getattr(thing, f"{field}_{current_locale()}") or getattr(thing, f"{field}_{DEFAULT_LOCALE}")


def init_app(app: Flask) -> None:
    """Register the pages and their places in the header."""
    app.register_blueprint(blueprint)
    app.jinja_env.filters["in_language"] = in_language
    app.jinja_env.filters["sort_name"] = lambda order: str(SORT_NAMES[order])
    add_navigation(
        app,
        NavigationItem("storefront.search", _l("All products"), "grid"),
        NavigationItem("storefront.farm_home", _l("My farm"), "flower1", frozenset({RoleName.PRODUCER_MEMBER})),
    )
