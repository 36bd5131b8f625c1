"""What collections do upon news. Again it changes nothing."""

from market.collections.usecases import collect_balances, collect_heavier
from market.orders.events import OrderPaid, ParcelRepriced


def ask_for_heavier(event: ParcelRepriced) -> None:
    """Ask the buyer for what the packed goods weigh more."""
    if event.difference_vnd > 0:
        collect_heavier(parcel_id=event.parcel_id)


def ask_for_balances(event: OrderPaid) -> None:
    """Ask the buyer for the rest of what was ordered with a deposit."""
    collect_balances(order_id=event.order_id)
