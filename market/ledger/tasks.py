"""The nightly look at the ledger, as a Celery task."""

from celery import shared_task

from core.db import atomic
from market.ledger.warnings import warn_if_off


@shared_task(name="market.ledger.check", ignore_result=True)
def check() -> None:
    """Check the ledger, and warn when it is off."""
    with atomic():
        warn_if_off()
