"""Wiring of the ledger."""

from flask import Flask

from core.i18n import lazy_gettext as _l
from core.jobs import every
from core.web.navigation import NavigationItem, add_navigation
from market.ledger.cli import commands
from market.ledger.policies import BOOKKEEPERS
from market.ledger.reports import register_month
from market.ledger.tasks import check
from market.ledger.views import blueprint

_A_DAY = 86_400


def init_app(app: Flask) -> None:
    """The pages, the command, the report and the nightly check."""
    app.register_blueprint(blueprint)
    register_month()
    app.cli.add_command(commands)
    add_navigation(app, NavigationItem("ledger.index", _l("Ledger"), "journal-text", frozenset(BOOKKEEPERS)))
    every(app, seconds=_A_DAY, task=check)
