"""What the clock does with stock and cycles, as Celery tasks."""

from datetime import timedelta
from typing import Final

import structlog
from celery import shared_task

from core.db import atomic, utc_now
from market.offers.cycles import tell_of_turned_cycles
from market.offers.stock_check import find_leaked_stock, find_stock_differences

TURNED_WITHIN: Final = timedelta(minutes=15)
"""Longer than the time between two looks at the cycles, so that a look that is late misses none."""
log = structlog.get_logger("stock")


@shared_task(name="market.offers.check_stock", ignore_result=True)
def check_stock() -> None:
    """Once a night: report every offer whose stock is not what its movements say, and what is held for nobody."""
    for difference in find_stock_differences():
        log.error(
            "stock is not what its movements say",
            offer_id=str(difference.offer_id),
            on_hand=difference.on_hand,
            moved_on_hand=difference.moved_on_hand,
            reserved=difference.reserved,
            moved_reserved=difference.moved_reserved,
        )
    for leak in find_leaked_stock():
        log.error(
            "stock is held by an order that is over",
            offer_id=str(leak.offer_id),
            order_id=str(leak.order_id),
            units=leak.units,
        )


@shared_task(name="market.offers.follow_cycles", ignore_result=True)
def follow_cycles() -> None:
    """Every five minutes: let the search know of harvests that opened or closed for orders."""
    now = utc_now()
    with atomic():
        tell_of_turned_cycles(since=now - TURNED_WITHIN, until=now)
