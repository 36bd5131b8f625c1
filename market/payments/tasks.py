"""The sweep by the clock, as Celery tasks."""

from datetime import timedelta

from celery import shared_task

from market.payments import flow
from market.payments.configuration import payment_gateway
from market.payments.rules import PAGE_LIFETIME

RECENT = PAGE_LIFETIME + timedelta(minutes=25)
"""Pages that the frequent sweep looks at: all that can still be paid, with room for a slow worker."""

LONG_AGO = timedelta(days=3)
"""Pages that the hourly sweep looks at: the vendor has stopped sending webhooks about older ones."""


@shared_task(name="market.payments.reconcile", ignore_result=True)
def reconcile() -> None:
    """Make the vendor and us agree about recent pages."""
    flow.reconcile(gateway=payment_gateway(), since=RECENT)


@shared_task(name="market.payments.reconcile_days", ignore_result=True)
def reconcile_days() -> None:
    """The same for the last days, for when the worker was away."""
    flow.reconcile(gateway=payment_gateway(), since=LONG_AGO)


@shared_task(name="market.payments.finish_refunds", ignore_result=True)
def finish_refunds_soon() -> None:
    """Bring pending refunds to their end."""
    flow.finish_refunds(gateway=payment_gateway())
