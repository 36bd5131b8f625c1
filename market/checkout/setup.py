"""Wiring of the checkout."""

from flask import Flask

from core.config import Settings
from core.jobs import every
from core.outbox import subscribe
from market.checkout.handlers import give_back_failed_harvest
from market.checkout.purpose import OrderPurpose
from market.checkout.tasks import expire_abandoned, remind
from market.checkout.views import blueprint
from market.offers.events import OrderCycleCancelled
from market.payments.purposes import PurposeKind, register_purpose


def init_app(app: Flask, settings: Settings) -> None:
    """The pages, the sweep, and what a payment does to an order."""
    app.register_blueprint(blueprint)
    register_purpose(PurposeKind.ORDER, OrderPurpose())
    every(app, seconds=60, task=expire_abandoned)
    every(app, seconds=60, task=remind)
    subscribe(OrderCycleCancelled, give_back_failed_harvest)
