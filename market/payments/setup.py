"""Wiring of payments."""

from flask import Flask

from core.config import Settings
from core.jobs import every
from core.outbox import subscribe
from market.ledger.audit import register_source
from market.payments import tasks
from market.payments.cli import commands
from market.payments.configuration import payment_configuration, use_gateway
from market.payments.entries import ENTRY_SOURCES
from market.payments.events import RefundRequested
from market.payments.handlers import hurry_refunds
from market.payments.stripe_gateway import StripeGateway
from market.payments.views import blueprint


def init_app(app: Flask, settings: Settings) -> None:
    """The gateway that the settings choose, the webhook, the sweep and the commands."""
    use_gateway(app, StripeGateway(payment_configuration(settings), site_url=settings.site_url))
    app.register_blueprint(blueprint)
    app.cli.add_command(commands)
    every(app, seconds=30, task=tasks.reconcile)
    every(app, seconds=3600, task=tasks.reconcile_days)
    subscribe(RefundRequested, hurry_refunds)
    for source in ENTRY_SOURCES:
        register_source(source)
