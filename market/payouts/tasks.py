"""The clock's look at the schedule of payouts, as a Celery task."""

from celery import shared_task

from core.db import atomic, utc_now
from market.payouts.runs import draft_scheduled_run


@shared_task(name="market.payouts.draft_scheduled", ignore_result=True)
def draft_scheduled() -> None:
    """Draft today's run when the terms name this weekday and there is none yet."""
    with atomic():
        draft_scheduled_run(now=utc_now())
