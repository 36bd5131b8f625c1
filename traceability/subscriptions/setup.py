"""Wiring of subscriptions."""

from flask import Flask

from core.jobs import every
from core.outbox import subscribe
from traceability.journal.events import EventsCaptured
from traceability.subscriptions.handlers import number_captured_events
from traceability.subscriptions.tasks import deliver_due, forget_old_deliveries

_SECONDS_BETWEEN_SWEEPS = 5
_DAY = 86_400


def init_app(app: Flask) -> None:
    """Listen for new events, and let beat look for what is due."""
    subscribe(EventsCaptured, number_captured_events)
    every(app, seconds=_SECONDS_BETWEEN_SWEEPS, task=deliver_due)
    every(app, seconds=_DAY, task=forget_old_deliveries)
