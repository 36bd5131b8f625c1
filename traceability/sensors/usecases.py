"""Setting up sensors: devices, their tokens, what they stand beside, and alarms that somebody has seen."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import select

from catalog.producers.models import Producer
from catalog.producers.policies import may_act_for
from core.accounts import Actor
from core.db import db, readable_code, utc_now
from core.errors import Invalid, NotFound
from core.i18n import gettext as _
from core.i18n import normalize
from traceability.gs1.errors import Gs1Error
from traceability.gs1.identifiers import normalise_sscc
from traceability.journal.issuer import company_prefix
from traceability.journal.parties import SENSOR
from traceability.lots.models import Lot
from traceability.lots.policies import may_work_with
from traceability.sensors.models import Measure, SensorAlarm, SensorAttachment, SensorDevice, SensorRange
from traceability.sensors.policies import may_manage
from traceability.sensors.rules import LONGEST_ALLOWED_MINUTES, check_range
from traceability.tokens.rules import MAX_DAYS
from traceability.tokens.usecases import issue_token, revoke_token

OLDEST_ATTACHMENT: Final = timedelta(days=366)
_CODE_LENGTH: Final = 12


class WantedRange(NamedTuple):
    """The good values of one measure, in the unit that is kept, and for how long others are borne."""

    minimum: float | None
    maximum: float | None
    minutes_allowed: int


class IssuedDevice(NamedTuple):
    """A device with the `secret` of its new token, which exists nowhere else."""

    device: SensorDevice
    secret: str


def register_device(
    *,
    actor: Actor,
    producer_id: uuid.UUID,
    name: str,
    serial: str | None,
    ranges: Mapping[Measure, WantedRange],
) -> IssuedDevice:
    """Add a device to a producer, with a number (GIAI) and a token of its own.

    Raises NotFound for a producer that is not the actor's, Invalid (with `field`), Conflict for too many tokens.
    """
    # The lock keeps two devices that are made at once from getting the same name.
    producer = db.session.get(Producer, producer_id, with_for_update={"key_share": True})
    if producer is None or not may_act_for(actor, producer.id):
        raise NotFound
    device = SensorDevice(
        producer=producer,
        giai=company_prefix() + readable_code(_CODE_LENGTH),
        name=_checked_name(producer.id, name),
        serial=serial,
        created_by=actor.user_id,
    )
    _set_ranges(device, ranges)
    db.session.add(device)
    db.session.flush()
    return IssuedDevice(device, _new_token(actor, device))


def change_device(
    *, actor: Actor, device_id: uuid.UUID, name: str, serial: str | None, ranges: Mapping[Measure, WantedRange]
) -> SensorDevice:
    """Change what a device is called and what is good for its goods. Alarms that were raised stay as they are."""
    device = _locked_device(actor, device_id)
    device.name = _checked_name(device.producer_id, name, besides=device.id)
    device.serial = serial
    _set_ranges(device, ranges)
    db.session.flush()
    return device


def renew_token(*, actor: Actor, device_id: uuid.UUID) -> IssuedDevice:
    """Give a device a new token; the old one opens nothing any more."""
    device = _locked_device(actor, device_id)
    _revoke_token(actor, device)
    return IssuedDevice(device, _new_token(actor, device))


def revoke_device_token(*, actor: Actor, device_id: uuid.UUID) -> SensorDevice:
    """Let a device send nothing any more. Again changes nothing."""
    device = _locked_device(actor, device_id)
    _revoke_token(actor, device)
    return device


def attach_device(
    *,
    actor: Actor,
    device_id: uuid.UUID,
    lot_id: uuid.UUID | None = None,
    sscc: str | None = None,
    attached_from: datetime | None = None,
) -> SensorAttachment:
    """Say that a device stands beside a lot, or a crate or parcel (SSCC), from now or from `attached_from` on.

    What it stood beside before ends then. Raises NotFound for a device that is not the actor's, Invalid (with `field`).
    """
    now = utc_now()
    device = _locked_device(actor, device_id)
    if (lot_id is None) == (not sscc):
        raise Invalid(_("Choose a lot, or give the number of a crate or parcel."), field="lot_id")
    if lot_id is not None:
        lot = db.session.get(Lot, lot_id)
        if lot is None or not may_work_with(actor, lot) or lot.product.producer_id != device.producer_id:
            raise Invalid(_("Choose one of your lots."), field="lot_id")
    moment = attached_from or now
    _check_moment(moment, now=now, field="attached_from")
    last = _last_attachment(device)
    if last is not None:
        begun = last.attached_until or last.attached_from
        if moment < begun or moment == last.attached_from:
            raise Invalid(_("The sensor stood beside something else then. Choose a later time."), field="attached_from")
        if last.attached_until is None:
            last.attached_until = moment
            db.session.flush()
    attachment = SensorAttachment(
        device=device,
        lot_id=lot_id,
        sscc=_checked_sscc(sscc) if sscc else None,
        attached_from=moment,
        attached_by=actor.user_id,
    )
    db.session.add(attachment)
    db.session.flush()
    return attachment


def detach_device(*, actor: Actor, device_id: uuid.UUID) -> None:
    """Say that a device stands beside nothing any more. Again changes nothing."""
    device = _locked_device(actor, device_id)
    last = _last_attachment(device)
    if last is not None and last.attached_until is None:
        last.attached_until = utc_now()
        db.session.flush()


def acknowledge_alarm(*, actor: Actor, alarm_id: uuid.UUID) -> SensorAlarm:
    """Say that somebody has seen an alarm; the first one stays named. Raises NotFound for what is not the actor's."""
    alarm = db.session.get(SensorAlarm, alarm_id, with_for_update=True)
    if alarm is None or not may_manage(actor, alarm.device):
        raise NotFound
    if alarm.acknowledged_at is None:
        alarm.acknowledged_at, alarm.acknowledged_by = utc_now(), actor.user_id
        db.session.flush()
    return alarm


def _locked_device(actor: Actor, device_id: uuid.UUID) -> SensorDevice:
    device = db.session.get(SensorDevice, device_id, with_for_update=True)
    if device is None or not may_manage(actor, device):
        raise NotFound
    return device


def _last_attachment(device: SensorDevice) -> SensorAttachment | None:
    statement = (
        select(SensorAttachment)
        .where(SensorAttachment.device_id == device.id)
        .order_by(SensorAttachment.attached_from.desc())
        .limit(1)
    )
    return db.session.scalar(statement)


def _new_token(actor: Actor, device: SensorDevice) -> str:
    issued = issue_token(
        actor=actor, producer_id=device.producer_id, name=device.name, scopes=[SENSOR], valid_days=MAX_DAYS
    )
    device.token_id = issued.token.id
    db.session.flush()
    db.session.refresh(device, ["token"])
    return issued.secret


def _revoke_token(actor: Actor, device: SensorDevice) -> None:
    if device.token_id is not None:
        revoke_token(actor=actor, token_id=device.token_id)


def _set_ranges(device: SensorDevice, ranges: Mapping[Measure, WantedRange]) -> None:
    if not ranges:
        raise Invalid(_("Say what the sensor measures."), field="temperature")
    for measure, wanted in ranges.items():
        check_range(wanted.minimum, wanted.maximum, measure=measure)
        if not 0 <= wanted.minutes_allowed <= LONGEST_ALLOWED_MINUTES:
            raise Invalid(_("Enter 0 to %(limit)s minutes.", limit=LONGEST_ALLOWED_MINUTES), field=f"{measure}_minutes")
    kept = {item.measure: item for item in device.ranges}
    for measure, wanted in ranges.items():
        item = kept.get(measure) or SensorRange(measure=measure)
        item.minimum, item.maximum, item.minutes_allowed = wanted
        if measure not in kept:
            device.ranges.append(item)
    for measure, item in kept.items():
        if measure not in ranges:
            device.ranges.remove(item)


def _checked_name(producer_id: uuid.UUID, name: str, *, besides: uuid.UUID | None = None) -> str:
    name = normalize(name)
    if not 1 <= len(name) <= 80:
        raise Invalid(_("Give the sensor a name of at most 80 characters."), field="name")
    statement = select(SensorDevice.id).where(SensorDevice.producer_id == producer_id, SensorDevice.name == name)
    if db.session.scalar(statement) not in (None, besides):
        raise Invalid(_("You have a sensor with that name already."), field="name")
    return name


def _checked_sscc(sscc: str) -> str:
    try:
        return normalise_sscc(sscc)
    except Gs1Error as error:
        raise Invalid(_("This is no number of a parcel (SSCC)."), field="sscc") from error


def _check_moment(moment: datetime, *, now: datetime, field: str) -> None:
    if moment > now:
        raise Invalid(_("This time lies in the future."), field=field)
    if moment < now - OLDEST_ATTACHMENT:
        raise Invalid(_("This time is more than a year ago."), field=field)
