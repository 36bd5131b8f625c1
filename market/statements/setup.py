"""Wiring of statements."""

from flask import Flask

from core.accounts import RoleName
from core.i18n import lazy_gettext as _l
from core.web.navigation import NavigationItem, add_navigation
from market.statements.reports import register_statements
from market.statements.views import blueprint


def init_app(app: Flask) -> None:
    """The pages, the producers' way to them, and the files."""
    app.register_blueprint(blueprint)
    register_statements()
    add_navigation(
        app, NavigationItem("statements.farm", _l("Money"), "wallet2", frozenset({RoleName.PRODUCER_MEMBER}))
    )
