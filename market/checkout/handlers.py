"""What checkout does when a harvest fails that was ordered beforehand. Again it changes nothing."""

from core.db import after_commit
from core.jobs import enqueue
from market.checkout.tasks import close_withdrawn_pages
from market.offers.events import OrderCycleCancelled
from market.orders.cancelled_cycles import end_unpaid_order, mark_orders_of_cycle, unpaid_orders_of_cycle
from market.payments.purposes import PurposeKind
from market.payments.usecases import withdraw_payments


def give_back_failed_harvest(event: OrderCycleCancelled) -> None:
    """End the orders that nobody has paid yet, then mark those that are paid for refund."""
    withdrawn: list[str] = []
    for order_id in unpaid_orders_of_cycle(event.cycle_id):
        if end_unpaid_order(order_id=order_id):
            withdrawn += map(str, withdraw_payments(kind=PurposeKind.ORDER, purpose_id=order_id))
    if withdrawn:
        after_commit(lambda: enqueue(close_withdrawn_pages, withdrawn))
    mark_orders_of_cycle(cycle_id=event.cycle_id)
