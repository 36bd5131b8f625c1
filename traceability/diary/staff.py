"""Writes of the people who work on a farm and of its equipment."""

import uuid
from datetime import date

from sqlalchemy import select

from catalog.producers.models import Producer
from catalog.producers.policies import may_act_for
from core.accounts import Actor
from core.accounts.identity import normalize_phone
from core.db import db, utc_now
from core.errors import Invalid, NotFound
from core.i18n import gettext as _
from core.i18n import local_today, normalize
from traceability.diary.errors import InTheFuture
from traceability.diary.models import Equipment, EquipmentKind, FarmWorker


def add_worker(
    *, actor: Actor, producer_id: uuid.UUID, name: str, phone: str | None = None, trained_on: date | None = None
) -> FarmWorker:
    """Add somebody who works on the producer's plots; the phone number however it is written.

    Raises NotFound for a producer that is not the actor's, Invalid (with `field`) for what makes no sense.
    """
    _lock_producer(actor, producer_id)
    worker = FarmWorker(
        producer_id=producer_id,
        name=_free_name(FarmWorker, producer_id, name, None),
        phone=_phone(phone),
        trained_on=_past(trained_on, "trained_on"),
    )
    db.session.add(worker)
    db.session.flush()
    return worker


def update_worker(
    *,
    actor: Actor,
    worker_id: uuid.UUID,
    name: str,
    phone: str | None,
    trained_on: date | None,
    left_on: date | None,
) -> FarmWorker:
    """Change what is said of a worker; one who left stays in old entries. Raises as `add_worker`."""
    worker = db.session.get(FarmWorker, worker_id)
    if worker is None:
        raise NotFound
    _lock_producer(actor, worker.producer_id)
    worker.name = _free_name(FarmWorker, worker.producer_id, name, worker.id)
    worker.phone = _phone(phone)
    worker.trained_on, worker.left_on = _past(trained_on, "trained_on"), _past(left_on, "left_on")
    db.session.flush()
    return worker


def add_equipment(
    *, actor: Actor, producer_id: uuid.UUID, name: str, kind: EquipmentKind, serviced_on: date | None = None
) -> Equipment:
    """Add something the producer works with. Raises as `add_worker`."""
    _lock_producer(actor, producer_id)
    equipment = Equipment(
        producer_id=producer_id,
        name=_free_name(Equipment, producer_id, name, None),
        kind=kind,
        serviced_on=_past(serviced_on, "serviced_on"),
    )
    db.session.add(equipment)
    db.session.flush()
    return equipment


def update_equipment(
    *,
    actor: Actor,
    equipment_id: uuid.UUID,
    name: str,
    kind: EquipmentKind,
    serviced_on: date | None,
    retired_on: date | None,
) -> Equipment:
    """Change what is said of a piece of equipment; what is retired stays in old entries. Raises as `add_worker`."""
    equipment = db.session.get(Equipment, equipment_id)
    if equipment is None:
        raise NotFound
    _lock_producer(actor, equipment.producer_id)
    equipment.name = _free_name(Equipment, equipment.producer_id, name, equipment.id)
    equipment.kind = kind
    equipment.serviced_on, equipment.retired_on = _past(serviced_on, "serviced_on"), _past(retired_on, "retired_on")
    db.session.flush()
    return equipment


def _lock_producer(actor: Actor, producer_id: uuid.UUID) -> None:
    """Keep two people with one name from being added at once. Raises NotFound for another's producer."""
    producer = db.session.get(Producer, producer_id, with_for_update={"key_share": True})
    if producer is None or not may_act_for(actor, producer.id):
        raise NotFound


def _free_name(
    model: type[FarmWorker] | type[Equipment], producer_id: uuid.UUID, name: str, own_id: uuid.UUID | None
) -> str:
    name = normalize(name)
    if not name:
        raise Invalid(_("Enter a name."), field="name")
    holder = db.session.scalar(select(model.id).where(model.producer_id == producer_id, model.name == name))
    if holder is not None and holder != own_id:
        raise Invalid(_("This name is in the list already. Add something that tells the two apart."), field="name")
    return name


def _phone(text: str | None) -> str | None:
    if not text:
        return None
    phone = normalize_phone(text)
    if phone is None:
        raise Invalid(_("This is no phone number."), field="phone")
    return phone


def _past(day: date | None, field: str) -> date | None:
    if day is not None and day > local_today(utc_now()):
        raise InTheFuture(field=field)
    return day
