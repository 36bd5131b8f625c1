"""Wiring of payouts."""

from flask import Flask

from core.i18n import lazy_gettext as _l
from core.jobs import every
from core.web.navigation import NavigationItem, add_navigation
from market.ledger.audit import register_source
from market.payouts import bank_account_views, views
from market.payouts.entries import ENTRY_SOURCES
from market.payouts.policies import PAYERS
from market.payouts.tasks import draft_scheduled

_AN_HOUR = 3_600


def init_app(app: Flask) -> None:
    """The pages, the schedule, and what the check of the ledger must know."""
    for feature in (views, bank_account_views):
        app.register_blueprint(feature.blueprint)
    for source in ENTRY_SOURCES:
        register_source(source)
    add_navigation(app, NavigationItem("payouts.index", _l("Payouts"), "bank", frozenset(PAYERS)))
    every(app, seconds=_AN_HOUR, task=draft_scheduled)
