"""The Celery side of the outbox: a nudge after each commit, and a sweep by the clock in case a nudge got lost."""

import time

from celery import shared_task

from core.jobs import enqueue
from core.outbox import relay

_PAUSE_SECONDS = 0.2
_last_nudge = 0.0


@shared_task(name="core.outbox.deliver", ignore_result=True)
def deliver() -> int:
    """Deliver what is due."""
    return relay.deliver_pending()


def request_delivery() -> None:
    """Ask a worker to deliver soon; many commits in a moment ask once, since the sweep finds the rest."""
    global _last_nudge
    now = time.monotonic()
    if now - _last_nudge >= _PAUSE_SECONDS:
        _last_nudge = now
        enqueue(deliver)
