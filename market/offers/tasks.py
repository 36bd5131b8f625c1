"""What the clock does with stock, as Celery tasks."""

import structlog
from celery import shared_task

from market.offers.stock_check import find_stock_differences

log = structlog.get_logger("stock")


@shared_task(name="market.offers.check_stock", ignore_result=True)
def check_stock() -> None:
    """Once a night: report every offer whose stock is not what its movements say."""
    for difference in find_stock_differences():
        log.error(
            "stock is not what its movements say",
            offer_id=str(difference.offer_id),
            on_hand=difference.on_hand,
            moved_on_hand=difference.moved_on_hand,
            reserved=difference.reserved,
            moved_reserved=difference.moved_reserved,
        )
