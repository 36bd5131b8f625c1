"""The sweep by the clock, as a Celery task."""

from celery import shared_task

from core.db import atomic, utc_now
from market.checkout.usecases import expire_abandoned_orders

SWEEP_LIMIT = 200


@shared_task(name="market.checkout.expire_abandoned_orders", ignore_result=True)
def expire_abandoned() -> None:
    """Let go of the stock of orders whose payment never began."""
    with atomic():
        expire_abandoned_orders(reserved_before=utc_now(), limit=SWEEP_LIMIT)
