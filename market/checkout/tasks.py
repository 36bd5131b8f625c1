"""The sweep by the clock, and closing pages that were withdrawn, as Celery tasks."""

import uuid
from datetime import timedelta

from celery import shared_task

from core.db import atomic, utc_now
from market.checkout.abandoned import expire_abandoned_orders
from market.checkout.reminders import remind_to_pay
from market.payments import flow
from market.payments.configuration import payment_gateway

SWEEP_LIMIT = 200
REMINDED_AFTER = timedelta(minutes=10)


@shared_task(name="market.checkout.expire_abandoned_orders", ignore_result=True)
def expire_abandoned() -> None:
    """Let go of the stock of orders whose payment never began."""
    with atomic():
        expire_abandoned_orders(reserved_before=utc_now(), limit=SWEEP_LIMIT)


@shared_task(name="market.checkout.remind_to_pay", ignore_result=True)
def remind() -> None:
    """Mail those who ordered a while ago and have not paid."""
    with atomic():
        remind_to_pay(placed_before=utc_now() - REMINDED_AFTER, limit=SWEEP_LIMIT)


@shared_task(name="market.checkout.close_pages", ignore_result=True)
def close_withdrawn_pages(payment_ids: list[str]) -> None:
    """Close the pages of withdrawn payments; a page that stays open only brings money that goes back."""
    flow.close_pages(map(uuid.UUID, payment_ids), gateway=payment_gateway())
