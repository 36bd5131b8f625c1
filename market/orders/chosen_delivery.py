"""How a parcel reaches its buyer, as it was agreed when the order was placed."""

import uuid
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Nfc
from market.delivery.models import Carrier, MethodKind
from market.delivery.rules import DeliveryTime, Option, Rates


class ChosenDelivery:
    """Columns of a parcel: a copy of the method, time and rates that its buyer chose; later changes leave it alone.

    `delivery_method_id` is None for the site's courier. The fee is `delivery_carrier`'s. `delivery_rates` has
    "brackets" (pairs of grams and dong) and "extra_kg_vnd", None where the fee does not depend on the weight;
    `final_delivery_vnd` is the fee at the packed weight.
    """

    delivery_method_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("delivery_methods.id"), index=True)
    delivery_kind: Mapped[MethodKind] = mapped_column(Nfc(12), default=MethodKind.COURIER, server_default="courier")
    delivery_carrier: Mapped[Carrier] = mapped_column(Nfc(12), default=Carrier.SITE, server_default="site")
    delivery_name: Mapped[str | None] = mapped_column(Nfc(80))
    delivery_address: Mapped[str | None] = mapped_column(Nfc(450))
    delivery_hours: Mapped[str | None] = mapped_column(Nfc(200))
    delivery_slot_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("delivery_slots.id"))
    delivery_day: Mapped[date | None]
    delivery_from_hour: Mapped[int | None]
    delivery_until_hour: Mapped[int | None]
    delivery_rates: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    final_delivery_vnd: Mapped[int | None] = mapped_column(BigInteger)

    @property
    def agreed_rates(self) -> Rates | None:
        """The rates that were agreed, None where the weight does not matter."""
        if self.delivery_rates is None:
            return None
        brackets = tuple((grams, fee_vnd) for grams, fee_vnd in self.delivery_rates["brackets"])
        return Rates(brackets, self.delivery_rates["extra_kg_vnd"])


def delivery_columns(option: Option, time: DeliveryTime | None) -> dict[str, Any]:
    """The columns of a parcel whose buyer chose this; the fee itself is not among them."""
    method, rates = option.method, option.rates
    return {
        "delivery_method_id": method.id,
        "delivery_kind": method.kind,
        "delivery_carrier": method.carrier,
        "delivery_name": method.name,
        "delivery_address": method.pick_up.address if method.pick_up else None,
        "delivery_hours": method.pick_up.opening_hours if method.pick_up else None,
        "delivery_slot_id": time.slot_id if time else None,
        "delivery_day": time.day if time else None,
        "delivery_from_hour": time.from_hour if time else None,
        "delivery_until_hour": time.until_hour if time else None,
        "delivery_rates": {"brackets": [list(pair) for pair in rates.brackets], "extra_kg_vnd": rates.extra_kg_vnd}
        if rates
        else None,
    }
