"""Wiring of refunds."""

from flask import Flask

from core.jobs import every
from core.outbox import subscribe
from market.ledger.audit import register_source
from market.offers.events import OrderCycleCancelled
from market.orders.events import ParcelRepriced
from market.refunds.cancelling import may_be_cancelled
from market.refunds.change_words import change_words
from market.refunds.costs import card_costs
from market.refunds.entries import ENTRY_SOURCES
from market.refunds.forms import REASON_NAMES
from market.refunds.handlers import give_back_failed_harvest, give_back_lighter
from market.refunds.queries import delivery_share_vnd, given_back_of_parcel, refunds_of_order
from market.refunds.tasks import end_unpaid_balances
from market.refunds.views import blueprint


def init_app(app: Flask) -> None:
    """The pages, the subscriptions, the check of the ledger, and what the templates of orders show as given back."""
    app.register_blueprint(blueprint)
    for source in ENTRY_SOURCES:
        register_source(source)
    every(app, seconds=600, task=end_unpaid_balances)
    subscribe(ParcelRepriced, give_back_lighter)
    subscribe(OrderCycleCancelled, give_back_failed_harvest)
    app.jinja_env.globals.update(
        refunds_of_order=refunds_of_order,
        given_back_of_parcel=given_back_of_parcel,
        delivery_share_vnd=delivery_share_vnd,
        refund_reason_names=REASON_NAMES,
        may_be_cancelled=may_be_cancelled,
        card_costs=card_costs,
        change_words=change_words,
    )
