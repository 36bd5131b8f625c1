"""The clock's look at deadlines, as a Celery task."""

from celery import shared_task

from core.db import atomic, utc_now
from traceability.recalls.warnings import warn_of_deadlines


@shared_task(name="traceability.recalls.warn_of_deadlines", ignore_result=True)
def warn() -> None:
    """Warn of decisions and reports that are due soon, or overdue."""
    with atomic():
        warn_of_deadlines(now=utc_now())
