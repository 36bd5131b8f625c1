"""Reminders by the clock, as a Celery task."""

from celery import shared_task

from core.db import atomic, utc_now
from market.collections.usecases import remind_buyers

REMINDED_AT_ONCE = 200


@shared_task(name="market.collections.remind_buyers", ignore_result=True)
def remind() -> None:
    """Mail the buyers whose time to pay is nearly over."""
    with atomic():
        remind_buyers(now=utc_now(), limit=REMINDED_AT_ONCE)
