"""What collections do upon news. Again it changes nothing."""

from market.collections.usecases import collect_heavier
from market.orders.events import ParcelRepriced


def ask_for_heavier(event: ParcelRepriced) -> None:
    """Ask the buyer for what the packed goods weigh more."""
    if event.difference_vnd > 0:
        collect_heavier(parcel_id=event.parcel_id)
