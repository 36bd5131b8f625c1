"""Deposits that go back by the clock, as a Celery task."""

from celery import shared_task

from core.db import atomic, utc_now
from market.refunds.overdue import give_back_unpaid_balance, unpaid_balance_ids

GIVEN_BACK_AT_ONCE = 50


@shared_task(name="market.refunds.give_back_unpaid_balances", ignore_result=True)
def end_unpaid_balances() -> None:
    """Cancel the parcels whose rest was not paid in time."""
    now = utc_now()
    with atomic():
        collection_ids = unpaid_balance_ids(now=now, limit=GIVEN_BACK_AT_ONCE)
    for collection_id in collection_ids:
        with atomic():
            give_back_unpaid_balance(collection_id=collection_id, now=now)
