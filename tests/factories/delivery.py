"""Delivery methods for tests."""

from collections.abc import Sequence

from catalog.places.models import Commune
from catalog.producers.models import Producer
from core.db import db, new_id
from market.delivery.models import (
    DeliveryMethod,
    DeliveryRate,
    DeliverySlot,
    DeliveryZone,
    DeliveryZonePlace,
    MethodKind,
)

RATES = ((2_000, 25_000), (10_000, 45_000))


def make_method(
    producer: Producer,
    kind: MethodKind = MethodKind.COURIER,
    *,
    provinces: Sequence[str] = ("42",),
    communes: Sequence[Commune] = (),
    rates: Sequence[tuple[int, int]] = RATES,
    **values: object,
) -> DeliveryMethod:
    """A courier to the producer's province: 25,000 dong up to 2 kg, 45,000 up to 10 kg. Or a pick-up point."""
    is_pick_up = kind == MethodKind.PICK_UP
    place = (
        {"address": "Chợ Sơn (mẫu)", "commune_code": producer.commune_code, "opening_hours": "7:00–17:00"}
        if is_pick_up
        else {}
    )
    method = DeliveryMethod(id=new_id(), producer_id=producer.id, kind=kind, **{"name": "Xe mẫu", **place, **values})
    db.session.add(method)
    db.session.flush()
    if not is_pick_up:
        add_zone(method, provinces=provinces, communes=communes, rates=rates)
    return method


def add_zone(
    method: DeliveryMethod,
    *,
    provinces: Sequence[str] = (),
    communes: Sequence[Commune] = (),
    rates: Sequence[tuple[int, int]] = RATES,
    **values: object,
) -> DeliveryZone:
    """A zone of a method."""
    zone = DeliveryZone(id=new_id(), method_id=method.id, **{"name": "Vùng mẫu", **values})
    zone.places = [
        *(DeliveryZonePlace(province_code=code) for code in provinces),
        *(DeliveryZonePlace(commune_code=commune.code) for commune in communes),
    ]
    zone.rates = [DeliveryRate(up_to_grams=grams, fee_vnd=fee_vnd) for grams, fee_vnd in rates]
    db.session.add(zone)
    db.session.flush()
    return zone


def add_slot(method: DeliveryMethod, **values: object) -> DeliverySlot:
    """A window of every Saturday, eight to twelve, for one parcel."""
    given = {"weekday": 6, "from_hour": 8, "until_hour": 12, "capacity": 1, "cutoff_hours": 2, **values}
    slot = DeliverySlot(id=new_id(), method_id=method.id, **given)
    db.session.add(slot)
    db.session.flush()
    return slot
