"""Wiring of disputes."""

from flask import Flask

from core.outbox import subscribe
from market.disputes.events import DisputeChanged
from market.disputes.flow import follow_dispute, sweep_disputes
from market.disputes.handlers import mail_officers
from market.disputes.queries import disputes_of_order
from market.disputes.reasons import dispute_reason
from market.disputes.views import blueprint
from market.payments.followers import register_follower, register_sweep_part


def init_app(app: Flask) -> None:
    """Follow disputes by webhook and by the clock, show them, and tell officers."""
    app.register_blueprint(blueprint)
    register_follower("dispute", follow_dispute)
    register_sweep_part("disputes", sweep_disputes)
    app.jinja_env.globals.update(disputes_of_order=disputes_of_order)
    app.jinja_env.filters.update(dispute_reason=dispute_reason)
    subscribe(DisputeChanged, mail_officers)
