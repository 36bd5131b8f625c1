"""Setting up how a producer's parcels reach their buyers. What orders have used is ended, never deleted."""

import uuid
from collections.abc import Sequence

from sqlalchemy import func, select

from catalog.places.models import Commune
from catalog.places.queries import find_commune
from catalog.producers.models import Producer
from catalog.producers.policies import may_act_for
from core.accounts import Actor
from core.db import db, new_id, utc_now
from core.errors import Conflict, NotFound
from core.i18n import lazy_gettext as _l
from market.delivery.errors import DeliveryRefused
from market.delivery.models import (
    Carrier,
    DeliveryMethod,
    DeliveryRate,
    DeliverySlot,
    DeliveryZone,
    DeliveryZonePlace,
    MethodKind,
)
from market.delivery.places import MOST_COMMUNES, find_communes
from market.delivery.queries import MOST_METHODS, get_method, get_zone
from market.delivery.values import (
    MOST_ROWS,
    MethodValues,
    WindowValues,
    ZoneValues,
    check_rates,
    check_windows,
)

MOST_ZONES = 30


def create_method(*, actor: Actor, producer_id: uuid.UUID, values: MethodValues) -> DeliveryMethod:
    """Add a delivery method to a producer's. With the first one, the site's courier serves their parcels no more.

    Raises NotFound for a producer that is not the actor's, Conflict when there are too many, DeliveryRefused.
    """
    if not may_act_for(actor, producer_id):
        raise NotFound
    _check_room(producer_id)
    method = DeliveryMethod(id=new_id(), producer_id=producer_id, kind=values.kind, created_by=actor.user_id)
    _write(method, values)
    db.session.add(method)
    db.session.flush()
    return method


def keep_site_courier(*, actor: Actor, producer_id: uuid.UUID, name: str) -> DeliveryMethod:
    """Make the site's courier a method of a producer's own, to stand beside their others; the site sets its fees.

    Raises NotFound for a producer that is not the actor's, Conflict when there are too many.
    """
    return create_method(
        actor=actor,
        producer_id=producer_id,
        values=MethodValues(kind=MethodKind.COURIER, name=name, carrier=Carrier.SITE),
    )


def change_method(*, actor: Actor, method_id: uuid.UUID, values: MethodValues) -> DeliveryMethod:
    """Change a method; its kind stays. Raises NotFound, Conflict when it has ended, DeliveryRefused."""
    method = _lock(actor, method_id)
    _write(method, values)
    db.session.flush()
    return method


def end_method(*, actor: Actor, method_id: uuid.UUID) -> None:
    """Offer a method no more; orders keep it. Again it changes nothing. Raises NotFound."""
    method = get_method(actor, method_id)
    method.ended_at = method.ended_at or utc_now()
    db.session.flush()


def resume_method(*, actor: Actor, method_id: uuid.UUID) -> None:
    """Offer an ended method again. Raises NotFound, Conflict when there are too many."""
    method = get_method(actor, method_id)
    if method.ended_at is not None:
        _check_room(method.producer_id)
        method.ended_at = None
        db.session.flush()


def set_windows(*, actor: Actor, method_id: uuid.UUID, windows: Sequence[WindowValues]) -> None:
    """Let a method deliver at these times of the week and no others; all of it or nothing.

    A time that is not named any more is ended, since parcels may have it. Raises NotFound, Conflict, DeliveryRefused
    with messages by row.
    """
    method = _lock(actor, method_id)
    rows = check_windows(windows)
    if rows or len(windows) > MOST_ROWS:
        raise DeliveryRefused({"rows": _l("At most %(count)s rows.", count=MOST_ROWS)} if not rows else {}, rows)
    statement = select(DeliverySlot).where(DeliverySlot.method_id == method_id).order_by(DeliverySlot.id)
    known = {
        (slot.weekday, slot.from_hour, slot.until_hour): slot
        for slot in db.session.scalars(statement.with_for_update(key_share=True))
    }
    wanted = {(day, row.from_hour, row.until_hour): row for row in windows for day in sorted(row.weekdays)}
    for key, row in wanted.items():
        slot = known.get(key)
        if slot is None:
            weekday, from_hour, until_hour = key
            slot = DeliverySlot(
                id=new_id(), method_id=method.id, weekday=weekday, from_hour=from_hour, until_hour=until_hour
            )
            db.session.add(slot)
        slot.capacity, slot.cutoff_hours, slot.ended_at = row.capacity, row.cutoff_hours, None
    for key, slot in known.items():
        if key not in wanted:
            slot.ended_at = slot.ended_at or utc_now()
    db.session.flush()


def save_zone(
    *, actor: Actor, method_id: uuid.UUID, values: ZoneValues, zone_id: uuid.UUID | None = None
) -> DeliveryZone:
    """Add a zone to a method, or change the one with `zone_id`; all of it or nothing.

    Raises NotFound, Conflict, DeliveryRefused with messages by field and by row of the fees.
    """
    method = _lock(actor, method_id)
    check_has_own_zones(method)
    others = [zone for zone in method.zones if zone.id != zone_id]
    if zone_id is not None and len(others) == len(method.zones):
        raise NotFound
    communes = _check_zone(method, others, values)
    zone = get_zone(actor, zone_id) if zone_id is not None else DeliveryZone(id=new_id(), method_id=method.id)
    zone.name, zone.extra_kg_vnd, zone.is_elsewhere = values.name, values.extra_kg_vnd, values.is_elsewhere
    if zone_id is not None:
        zone.places, zone.rates = [], []
        db.session.flush()
    zone.places = [
        *(DeliveryZonePlace(id=new_id(), province_code=code) for code in sorted(set(values.provinces))),
        *(DeliveryZonePlace(id=new_id(), commune_code=commune.code) for commune in communes),
    ]
    zone.rates = [DeliveryRate(up_to_grams=rate.up_to_grams, fee_vnd=rate.fee_vnd) for rate in values.rates]
    db.session.add(zone)
    db.session.flush()
    return zone


def remove_zone(*, actor: Actor, zone_id: uuid.UUID) -> uuid.UUID:
    """Serve a zone no more; orders have a copy of its rates. Returns its method. Raises NotFound, Conflict."""
    zone = get_zone(actor, zone_id)
    check_has_own_zones(zone.method)
    db.session.delete(zone)
    db.session.flush()
    return zone.method_id


def check_has_own_zones(method: DeliveryMethod) -> None:
    """Raises Conflict for a method whose zones and fees are not the producer's to set."""
    if method.kind == MethodKind.PICK_UP:
        raise Conflict(_l("A pick-up point has no zones."))
    if method.carrier == Carrier.SITE:
        raise Conflict(_l("The site sets the zones and fees of its courier. Choose that you deliver to set your own."))


def _check_zone(method: DeliveryMethod, others: Sequence[DeliveryZone], values: ZoneValues) -> list[Commune]:
    """The communes that a zone names. Raises DeliveryRefused for anything that makes no sense."""
    fields: dict[str, object] = {}
    if len(values.communes) > MOST_COMMUNES:
        raise DeliveryRefused({"communes": _l("At most %(count)s communes.", count=MOST_COMMUNES)})
    communes, unknown = find_communes(values.communes, home_province=_province_of(method.producer_id))
    if unknown:
        fields["communes"] = " ".join(str(message) for message in unknown)
    if not (values.provinces or values.communes or values.is_elsewhere):
        fields["provinces"] = _l("Choose at least one province or commune, or everywhere else.")
    taken = {place.province_code or place.commune_code: zone.name for zone in others for place in zone.places}
    twice = [taken[code] for code in (*values.provinces, *(commune.code for commune in communes)) if code in taken]
    if twice:
        fields["provinces"] = _l("The zone “%(name)s” has one of these places already.", name=twice[0])
    if values.is_elsewhere and any(zone.is_elsewhere for zone in others):
        fields["is_elsewhere"] = _l("Another zone is for everywhere else already.")
    if len(others) >= MOST_ZONES:
        fields["name"] = _l("A method has at most %(count)s zones.", count=MOST_ZONES)
    if not values.rates:
        fields["rates"] = _l("Enter at least one weight with its fee.")
    if values.extra_kg_vnd is not None and not 0 <= values.extra_kg_vnd <= 10_000_000:
        fields["extra_kg_vnd"] = _l("A fee is between 0 ₫ and 10.000.000 ₫.")
    rows = check_rates(values.rates)
    if fields or rows:
        raise DeliveryRefused(fields, rows)
    return communes


def _write(method: DeliveryMethod, values: MethodValues) -> None:
    fields: dict[str, object] = {}
    is_pick_up = method.kind == MethodKind.PICK_UP
    if is_pick_up:
        for name in ("address", "opening_hours"):
            if not getattr(values, name):
                fields[name] = _l("A pick-up point needs this.")
        if not values.commune_code or find_commune(values.commune_code) is None:
            fields["commune"] = _l("Choose a commune from the list.")
    if values.free_from_vnd is not None and not 1_000 <= values.free_from_vnd <= 99_999_999:
        fields["free_from_vnd"] = _l("An amount between 1.000 ₫ and 99.999.999 ₫.")
    if not is_pick_up and values.carrier == Carrier.SITE:
        if method.kind != MethodKind.COURIER:
            fields["carrier"] = _l("The courier of the site does not keep goods cold.")
        if values.free_from_vnd is not None:
            fields["free_from_vnd"] = _l("Leave this empty: the fee of its courier is the site's.")
    if fields:
        raise DeliveryRefused(fields)
    method.name = values.name
    method.carrier = Carrier.PRODUCER if is_pick_up else values.carrier
    method.free_from_vnd = None if is_pick_up else values.free_from_vnd
    method.address = values.address if is_pick_up else None
    method.commune_code = values.commune_code if is_pick_up else None
    method.opening_hours = values.opening_hours if is_pick_up else None


def _province_of(producer_id: uuid.UUID) -> str:
    """The two-digit code of a producer's province."""
    return db.session.scalars(
        select(Commune.province_code)
        .join(Producer, Producer.commune_code == Commune.code)
        .where(Producer.id == producer_id)
    ).one()


def _check_room(producer_id: uuid.UUID) -> None:
    """Raise Conflict when a producer has as many methods in use as may be; who adds one waits for who does, too."""
    db.session.execute(select(Producer.id).where(Producer.id == producer_id).with_for_update(key_share=True))
    in_use = select(func.count()).where(DeliveryMethod.producer_id == producer_id, DeliveryMethod.ended_at.is_(None))
    if (db.session.scalar(in_use) or 0) >= MOST_METHODS:
        raise Conflict(_l("At most %(count)s methods are in use at a time.", count=MOST_METHODS))


def _lock(actor: Actor, method_id: uuid.UUID) -> DeliveryMethod:
    """A method in use, its row locked, so that what is saved at the same time is saved one after the other."""
    db.session.execute(select(DeliveryMethod.id).where(DeliveryMethod.id == method_id).with_for_update(key_share=True))
    method = get_method(actor, method_id)
    if method.ended_at is not None:
        raise Conflict(_l("This method is out of use. Take it up again first."))
    return method
