"""Reads of sensors."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Select, exists, func, or_, select, text
from sqlalchemy.orm import joinedload, selectinload

from catalog.producers.queries import producers_of
from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from traceability.journal.identifiers import lot_identifier
from traceability.lots.models import Lot
from traceability.sensors.models import Measure, SensorAlarm, SensorAttachment, SensorDevice
from traceability.sensors.policies import may_manage

MOST_ALARMS: Final = 50
MOST_ATTACHMENTS: Final = 50
MOST_CORRECTED: Final = 20
_PARCEL: Final = "https://id.gs1.org/00/"


class ReadingSpan(NamedTuple):
    """The readings of a short time in one: when it began, and the lowest, mean and highest value."""

    at: datetime
    low: float
    mean: float
    high: float


class CorrectedReading(NamedTuple):
    """A time of which another value was told first than the one that counts now, and when that one was recorded."""

    measure: Measure
    at: datetime
    first_value: float
    value: float
    recorded_at: datetime


class LastValue(NamedTuple):
    """The newest reading of a measure."""

    measure: Measure
    value: float
    at: datetime


@dataclass(slots=True)
class Standing:
    """How a device is doing: its newest values, what it stands beside, and its alarms that nobody has seen."""

    last: list[LastValue] = field(default_factory=list)
    beside: SensorAttachment | None = None
    unseen_alarms: int = 0
    out_of_range: bool = False


def devices_of(actor: Actor) -> Select[SensorDevice]:
    """The devices of every producer that `actor` is a member of, by name: a statement to page."""
    producer_ids = [producer.id for producer in producers_of(actor)]
    return _devices().where(SensorDevice.producer_id.in_(producer_ids)).order_by(SensorDevice.name, SensorDevice.id)


def get_device(actor: Actor, device_id: uuid.UUID) -> SensorDevice:
    """The device with its producer, ranges and token; raises NotFound when there is none or it is not the actor's."""
    device = db.session.scalar(_devices().where(SensorDevice.id == device_id))
    if device is None or not may_manage(actor, device):
        raise NotFound
    return device


def _devices() -> Select[SensorDevice]:
    return select(SensorDevice).options(
        joinedload(SensorDevice.producer), joinedload(SensorDevice.token), selectinload(SensorDevice.ranges)
    )


_LAST_VALUES: Final = text(
    """
    SELECT item.device_id, item.measure, newest.value, newest.measured_at
    FROM sensor_ranges item, LATERAL (
        SELECT value, measured_at FROM undisputed_sensor_readings reading
        WHERE reading.device_id = item.device_id AND reading.measure = item.measure
        ORDER BY measured_at DESC, event_id DESC LIMIT 1) AS newest
    WHERE item.device_id = ANY(:device_ids) ORDER BY item.device_id, item.measure DESC
    """
)


def standings(device_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Standing]:
    """How each of these devices is doing, in three statements."""
    found = {device_id: Standing() for device_id in device_ids}
    for device_id, measure, value, moment in db.session.execute(_LAST_VALUES, {"device_ids": list(device_ids)}):
        found[device_id].last.append(LastValue(Measure(measure), value, moment))
    current = (
        select(SensorAttachment)
        .options(joinedload(SensorAttachment.lot).joinedload(Lot.product))
        .where(SensorAttachment.device_id.in_(device_ids), SensorAttachment.attached_until.is_(None))
    )
    for attachment in db.session.scalars(current):
        found[attachment.device_id].beside = attachment
    counted = (
        select(
            SensorAlarm.device_id,
            func.count().filter(SensorAlarm.acknowledged_at.is_(None), SensorAlarm.withdrawn_at.is_(None)),
            func.count().filter(SensorAlarm.closed_at.is_(None)),
        )
        .where(SensorAlarm.device_id.in_(device_ids))
        .group_by(SensorAlarm.device_id)
    )
    for device_id, unseen, still_open in db.session.execute(counted):
        found[device_id].unseen_alarms, found[device_id].out_of_range = unseen, still_open > 0
    return found


def attachments_of(device_id: uuid.UUID) -> list[SensorAttachment]:
    """What the device stood beside, newest first; at most MOST_ATTACHMENTS."""
    statement = (
        select(SensorAttachment)
        .options(joinedload(SensorAttachment.lot).joinedload(Lot.product))
        .where(SensorAttachment.device_id == device_id)
        .order_by(SensorAttachment.attached_from.desc())
        .limit(MOST_ATTACHMENTS)
    )
    return list(db.session.scalars(statement))


def find_attachment_at(device_id: uuid.UUID, moment: datetime) -> SensorAttachment | None:
    """What the device stood beside at `moment`."""
    statement = (
        select(SensorAttachment)
        .options(joinedload(SensorAttachment.lot))
        .where(
            SensorAttachment.device_id == device_id,
            SensorAttachment.attached_from <= moment,
            or_(SensorAttachment.attached_until.is_(None), SensorAttachment.attached_until > moment),
        )
    )
    return db.session.scalar(statement)


def alarms_of(device_id: uuid.UUID) -> list[SensorAlarm]:
    """The newest alarms of the device; at most MOST_ALARMS."""
    statement = _alarms().where(SensorAlarm.device_id == device_id)
    return list(db.session.scalars(statement))


def _alarms() -> Select[SensorAlarm]:
    return (
        select(SensorAlarm)
        .options(joinedload(SensorAlarm.device), joinedload(SensorAlarm.acknowledger))
        .order_by(SensorAlarm.opened_at.desc(), SensorAlarm.id)
        .limit(MOST_ALARMS)
    )


_PARCELS_OF_LOT: Final = text(
    """
    SELECT DISTINCT substr(parcel.identifier, 24, 18)
    FROM epcis_event_identifiers own
    JOIN epcis_event_identifiers parcel ON parcel.event_id = own.event_id AND parcel.role = 'parent'
    WHERE own.identifier = :identifier AND starts_with(parcel.identifier, :stem) LIMIT 500
    """
)


def attachments_beside_lot(lot: Lot) -> list[SensorAttachment]:
    """What stood beside `lot` (with its product), or beside a crate or parcel that it was packed into; newest first."""
    identifier = lot_identifier(lot.product.gtin, lot.lot_number)
    parcels = db.session.scalars(_PARCELS_OF_LOT, {"identifier": identifier, "stem": _PARCEL}).all()
    statement = (
        select(SensorAttachment)
        .options(joinedload(SensorAttachment.device).selectinload(SensorDevice.ranges))
        .where(or_(SensorAttachment.lot_id == lot.id, SensorAttachment.sscc.in_(parcels)))
        .order_by(SensorAttachment.attached_from.desc(), SensorAttachment.id)
        .limit(MOST_ATTACHMENTS)
    )
    return list(db.session.scalars(statement))


def alarms_during(attachments: Collection[SensorAttachment]) -> list[SensorAlarm]:
    """The newest alarms of the devices while they stood where `attachments` say; at most MOST_ALARMS."""
    if not attachments:
        return []
    beside = exists().where(
        SensorAttachment.id.in_([item.id for item in attachments]),
        SensorAttachment.device_id == SensorAlarm.device_id,
        or_(SensorAlarm.closed_at.is_(None), SensorAlarm.closed_at > SensorAttachment.attached_from),
        or_(SensorAttachment.attached_until.is_(None), SensorAttachment.attached_until > SensorAlarm.opened_at),
    )
    return list(db.session.scalars(_alarms().where(beside)))


_SPANS: Final = text(
    """
    SELECT date_bin(make_interval(secs => :seconds), measured_at, :since), min(value), avg(value), max(value)
    FROM valid_sensor_readings
    WHERE device_id = :device_id AND measure = :measure AND measured_at >= :since AND measured_at < :until
    GROUP BY 1 ORDER BY 1
    """
)


def reading_spans(
    device_id: uuid.UUID, measure: Measure, *, since: datetime, until: datetime, most: int = 160
) -> list[ReadingSpan]:
    """The readings from `since` to before `until`, brought together into at most `most` spans of equal length.

    Readings that were corrected, or whose events were declared wrong, are left out.
    """
    seconds = max((until - since).total_seconds() / most, 60.0)
    rows = db.session.execute(
        _SPANS, {"device_id": device_id, "measure": measure, "since": since, "until": until, "seconds": seconds}
    )
    return [ReadingSpan(*row) for row in rows]


_CORRECTED: Final = text(
    """
    SELECT repeated.measure, repeated.measured_at, told.value, counting.value, event.record_time
    FROM (
        SELECT device_id, measure, measured_at FROM sensor_readings
        WHERE device_id = :device_id AND measured_at >= :since AND measured_at < :until
        GROUP BY device_id, measure, measured_at HAVING count(*) > 1) AS repeated
    JOIN LATERAL (
        SELECT value, event_id FROM undisputed_sensor_readings reading
        WHERE (reading.device_id, reading.measure, reading.measured_at)
            = (repeated.device_id, repeated.measure, repeated.measured_at)
        ORDER BY event_id DESC LIMIT 1) AS counting ON true
    JOIN LATERAL (
        SELECT value FROM sensor_readings reading
        WHERE (reading.device_id, reading.measure, reading.measured_at)
            = (repeated.device_id, repeated.measure, repeated.measured_at) AND event_id < counting.event_id
        ORDER BY event_id LIMIT 1) AS told ON told.value <> counting.value
    JOIN epcis_events event ON event.id = counting.event_id
    ORDER BY repeated.measured_at DESC, repeated.measure LIMIT :most
    """
)


def corrected_readings(device_id: uuid.UUID, *, since: datetime, until: datetime) -> list[CorrectedReading]:
    """Which values of this time took the place of others, newest first; at most MOST_CORRECTED."""
    rows = db.session.execute(
        _CORRECTED, {"device_id": device_id, "since": since, "until": until, "most": MOST_CORRECTED}
    )
    return [
        CorrectedReading(Measure(measure), moment, first_value, value, recorded_at)
        for measure, moment, first_value, value, recorded_at in rows
    ]
