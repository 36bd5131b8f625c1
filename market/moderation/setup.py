"""Wiring of moderation."""

from flask import Flask

from core.i18n import lazy_gettext as _l
from core.web import NavigationItem, add_navigation
from market.moderation.policies import MODERATORS
from market.moderation.views import blueprint


def init_app(app: Flask) -> None:
    """The form to report, and the officers' queue with its place in the header."""
    app.register_blueprint(blueprint)
    add_navigation(app, NavigationItem("moderation.index", _l("Reported words"), "eye", frozenset(MODERATORS)))
