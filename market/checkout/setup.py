"""Wiring of the checkout."""

from flask import Flask

from core.config import Settings
from core.i18n import lazy_gettext as _l
from core.jobs import every
from core.outbox import subscribe
from core.web import SignInReason, add_sign_in_reasons
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
    add_sign_in_reasons(
        app,
        SignInReason(
            "checkout.checkout",
            _l("Sign in to find this order among your orders later. Your basket comes with you."),
            _l("You can order without an account, and follow the order by the link in the mail that confirms it."),
            "checkout.checkout",
            _l("Back to the order form"),
        ),
    )
    every(app, seconds=60, task=expire_abandoned)
    every(app, seconds=60, task=remind)
    subscribe(OrderCycleCancelled, give_back_failed_harvest)
