"""Wiring of reconciliation."""

from flask import Flask

from core.i18n import lazy_gettext as _l
from core.outbox import subscribe
from core.web.navigation import NavigationItem, add_navigation
from market.payments.events import PaymentNeedsReview, RefundFailed, RefundRequested
from market.payments.followers import register_sweep_part
from market.payments.policies import OFFICERS
from market.reconciliation.events import DiscrepancyFound
from market.reconciliation.flow import compare
from market.reconciliation.handlers import (
    mail_officers,
    note_failed_refund,
    note_payment_to_review,
    note_refund_not_made,
    settle_refund_made,
)
from market.reconciliation.views import blueprint
from market.refunds.events import RefundNotMade


def init_app(app: Flask) -> None:
    """Compare by the clock, hear of what failed, and lead officers to the list."""
    app.register_blueprint(blueprint)
    register_sweep_part("reconciliation", compare)
    subscribe(PaymentNeedsReview, note_payment_to_review)
    subscribe(RefundFailed, note_failed_refund)
    subscribe(RefundNotMade, note_refund_not_made)
    subscribe(RefundRequested, settle_refund_made)
    subscribe(DiscrepancyFound, mail_officers)
    add_navigation(
        app,
        NavigationItem(
            "reconciliation.index",
            _l("Payments to look at"),
            "credit-card",
            frozenset(OFFICERS),
            first_for=frozenset(OFFICERS),
        ),
    )
