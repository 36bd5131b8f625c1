"""The choice of delivery as the form of the checkout sends it, one for each parcel.

A button for each method says "<method>.<fee in dong>", "site" being the site's courier; beside it, a list of times
says "<slot>.<day>".
"""

import uuid
from collections.abc import Mapping
from datetime import date

from market.carts.rules import MAX_LINES
from market.checkout.delivery import DeliveryChoice
from market.checkout.errors import DELIVERY_FIELD
from market.delivery.rules import DeliveryTime, Option

SITE_COURIER = "site"


def method_value(option: Option) -> str:
    """What the button of an option says."""
    return f"{option.method.id or SITE_COURIER}.{option.fee_vnd}"


def time_value(time: DeliveryTime) -> str:
    """What a time in a list says."""
    return f"{time.slot_id}.{time.day.isoformat()}"


def time_field(producer_id: uuid.UUID, option: Option) -> str:
    """The name of the list of an option's times."""
    return _time_field(str(producer_id), str(option.method.id or SITE_COURIER))


def read_choices(form: Mapping[str, str]) -> dict[uuid.UUID, DeliveryChoice]:
    """What was chosen, by producer. What makes no sense counts as not chosen."""
    found = {}
    for name in [name for name in form if name.startswith(DELIVERY_FIELD)][:MAX_LINES]:
        producer = name.removeprefix(DELIVERY_FIELD)
        try:
            producer_id = uuid.UUID(producer)
            method, fee = form[name].split(".")
            slot_id, day = _read_time(form.get(_time_field(producer, method), ""))
            method_id = None if method == SITE_COURIER else uuid.UUID(method)
            found[producer_id] = DeliveryChoice(method_id, _read_fee(fee), slot_id, day)
        except ValueError:
            continue
    return found


def _time_field(producer: str, method: str) -> str:
    return f"time_{producer}_{method}"


def _read_fee(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise ValueError("no fee")
    return int(text)


def _read_time(text: str) -> tuple[uuid.UUID | None, date | None]:
    if not text:
        return None, None
    slot, day = text.split(".")
    return uuid.UUID(slot), date.fromisoformat(day)
