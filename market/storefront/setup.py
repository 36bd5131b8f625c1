"""Wiring of the shop's pages."""

from typing import Any

from flask import Flask

from core.accounts import RoleName
from core.i18n import current_locale
from core.i18n import lazy_gettext as _l
from core.web import NavigationItem, SignInReason, add_navigation, add_sign_in_reasons
from market.storefront.rendering import address_of, in_language
from market.storefront.search_page import SORT_NAMES
from market.storefront.views import blueprint


def localized(thing: Any, field: str) -> Any:
    """`thing.<field>` in the reader's language, or in Vietnamese where that is empty."""
    return in_language(current_locale(), thing, field)


def init_app(app: Flask) -> None:
    """Register the pages and their places in the header."""
    app.register_blueprint(blueprint)
    app.jinja_env.filters["in_language"] = localized
    app.jinja_env.globals["address_of"] = address_of
    app.jinja_env.filters["sort_name"] = lambda order: str(SORT_NAMES[order])
    add_navigation(
        app,
        NavigationItem("storefront.search", _l("All products"), "grid"),
        NavigationItem(
            "storefront.farm_home",
            _l("My farm"),
            "flower1",
            frozenset({RoleName.PRODUCER_MEMBER}),
            first_for=frozenset({RoleName.PRODUCER_MEMBER}),
            is_home=True,
        ),
    )
    add_sign_in_reasons(
        app,
        SignInReason(
            "storefront.producer",
            _l("To be told when this producer opens a harvest for orders, sign in; then follow them on their page."),
            _l("Their page always shows what can be ordered now."),
            "storefront.producer",
            _l("Back to the producer"),
        ),
    )
