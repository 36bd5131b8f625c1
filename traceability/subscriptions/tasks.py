"""The Celery side of subscriptions: a sweep by the clock, a nudge when events come, one task a subscription."""

import random
import time
import uuid

from celery import shared_task

from core.db import atomic, utc_now
from core.jobs import enqueue
from traceability.subscriptions import delivering, queries, sending

_PAUSE_SECONDS = 0.5
_DELIVERIES_A_TASK = 20
_SUBSCRIPTIONS_A_SWEEP = 200
_last_nudge = 0.0


@shared_task(name="traceability.subscriptions.deliver_due", ignore_result=True)
def deliver_due() -> None:
    """Start a task for each subscription that has something to do."""
    with atomic():
        due = queries.due_subscriptions(utc_now(), limit=_SUBSCRIPTIONS_A_SWEEP)
    for subscription_id in due:
        enqueue(deliver_subscription, str(subscription_id))


@shared_task(name="traceability.subscriptions.deliver_subscription", ignore_result=True)
def deliver_subscription(subscription_id: str) -> None:
    """Send what the subscription has to send now, one delivery after the other."""
    for _delivery in range(_DELIVERIES_A_TASK):
        if not deliver_next(uuid.UUID(subscription_id)):
            return
    enqueue(deliver_subscription, subscription_id)


@shared_task(name="traceability.subscriptions.forget_old_deliveries", ignore_result=True)
def forget_old_deliveries() -> None:
    """Remove old records of what was delivered."""
    with atomic():
        delivering.forget_old_deliveries(now=utc_now())


def deliver_next(subscription_id: uuid.UUID) -> bool:
    """Send one delivery, outside of any transaction; whether there was one."""
    with atomic():
        claim = delivering.claim_delivery(subscription_id=subscription_id, now=utc_now())
    if claim is None:
        return False
    answer = sending.send(claim, now=utc_now())
    with atomic():
        delivering.settle_delivery(claim=claim, answer=answer, now=utc_now(), chance=random.random())  # noqa: S311
    return True


def request_deliveries() -> None:
    """Ask a worker to look soon; many captures in a moment ask once, since the sweep finds the rest."""
    global _last_nudge
    now = time.monotonic()
    if now - _last_nudge >= _PAUSE_SECONDS:
        _last_nudge = now
        enqueue(deliver_due)
