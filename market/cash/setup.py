"""Wiring of cash on delivery."""

from flask import Flask

from core.i18n import lazy_gettext as _l
from core.outbox import subscribe
from core.web.navigation import NavigationItem, add_navigation
from market.cash import missing_views
from market.cash.costs import cash_costs
from market.cash.entries import ENTRY_SOURCES
from market.cash.events import CashMissed
from market.cash.handlers import tell_of_missed_cash
from market.cash.policies import LIST_KEEPERS
from market.cash.queries import (
    cash_delivery_share_vnd,
    cash_given_back,
    cash_money,
    cash_of_order,
    given_apart_of_order,
)
from market.cash.views import blueprint
from market.ledger.audit import register_source
from market.orders.models import Parcel


def init_app(app: Flask) -> None:
    """The pages, what the check of the ledger must know, and what the templates of orders show."""
    app.register_blueprint(blueprint)
    app.register_blueprint(missing_views.blueprint)
    subscribe(CashMissed, tell_of_missed_cash)
    for source in ENTRY_SOURCES:
        register_source(source)
    add_navigation(app, NavigationItem("cash.buyers", _l("Cash on delivery"), "cash-coin", frozenset(LIST_KEEPERS)))

    def cash_due(parcel: Parcel) -> int:
        """What the buyer of a parcel, whose lines are loaded, pays at the door."""
        return cash_money(parcel).due_vnd

    app.jinja_env.globals.update(
        cash_costs=cash_costs,
        cash_delivery_share_vnd=cash_delivery_share_vnd,
        cash_given_back=cash_given_back,
        cash_of_order=cash_of_order,
        cash_due=cash_due,
        given_apart_of_order=given_apart_of_order,
    )
