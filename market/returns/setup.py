"""Wiring of returns."""

from flask import Flask

from core.i18n import lazy_gettext as _l
from core.jobs import every
from core.outbox import subscribe
from core.web.navigation import NavigationItem, add_navigation
from market.ledger.audit import register_source
from market.orders.queries import replacement_lines
from market.payments.events import RefundFailed
from market.refunds.events import RefundResumed
from market.returns import complaint_views, farm_views, views
from market.returns.entries import ENTRY_SOURCES
from market.returns.events import MoneyMissed, ReplacementSent, ReturnChanged, StatementAdded
from market.returns.forms import BEARER_NAMES, REASON_NAMES, WISH_NAMES
from market.returns.handlers import (
    follow_failed_refund,
    follow_resumed_refund,
    tell_of_change,
    tell_of_missed_money,
    tell_of_replacement,
    tell_of_statement,
)
from market.returns.policies import DECIDERS
from market.returns.queries import returns_of_order
from market.returns.tasks import act_on_silent_returns

_HALF_AN_HOUR = 1_800


def init_app(app: Flask) -> None:
    """The pages of both sides and of who decides, the clock, the mails, and what the check of the ledger must know."""
    for feature in (views, farm_views, complaint_views):
        app.register_blueprint(feature.blueprint)
    for source in ENTRY_SOURCES:
        register_source(source)
    subscribe(ReturnChanged, tell_of_change)
    subscribe(StatementAdded, tell_of_statement)
    subscribe(MoneyMissed, tell_of_missed_money)
    subscribe(ReplacementSent, tell_of_replacement)
    subscribe(RefundFailed, follow_failed_refund)
    subscribe(RefundResumed, follow_resumed_refund)
    every(app, seconds=_HALF_AN_HOUR, task=act_on_silent_returns)
    add_navigation(app, NavigationItem("complaints.index", _l("Complaints"), "people", frozenset(DECIDERS)))
    app.jinja_env.globals.update(
        replacement_lines=replacement_lines,
        returns_of_order=returns_of_order,
        return_reason_names=REASON_NAMES,
        return_wish_names=WISH_NAMES,
        return_bearer_names=BEARER_NAMES,
    )
