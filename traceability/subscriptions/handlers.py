"""Subscriptions' part in the news."""

from core.db import after_commit
from traceability.journal.events import EventsCaptured
from traceability.subscriptions.arrivals import number_events
from traceability.subscriptions.tasks import request_deliveries


def number_captured_events(event: EventsCaptured) -> None:
    """Give the new events their places, and wake the subscriptions that wait for them. Again changes nothing."""
    number_events(first_id=event.first_id, last_id=event.last_id)
    after_commit(request_deliveries)
