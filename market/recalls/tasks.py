"""Closing payment pages after a recall, as a Celery task."""

import uuid

from celery import shared_task

from market.payments import flow
from market.payments.configuration import payment_gateway


@shared_task(name="market.recalls.close_pages", ignore_result=True)
def close_pages_soon(payment_ids: list[str]) -> None:
    """Close the pages of payments that a recall withdrew; a page that stays open only brings money that goes back."""
    flow.close_pages(map(uuid.UUID, payment_ids), gateway=payment_gateway())
