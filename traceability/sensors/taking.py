"""Taking readings in: from a device's own batch, which becomes an event of the journal, or from an event that came."""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, select, text

from core.db import db, utc_now
from core.errors import Invalid
from core.i18n import gettext as _
from traceability.gs1.links import asset_uri, location_uri, lot_uri, parcel_uri
from traceability.journal.issuer import site_url
from traceability.journal.parties import Party
from traceability.journal.usecases import capture_event_for
from traceability.sensors.alarms import good_range, judge_readings
from traceability.sensors.errors import NoDevice
from traceability.sensors.models import Measure, SensorAttachment, SensorDevice, SensorReading
from traceability.sensors.reports import event_of_readings, readings_of_event
from traceability.sensors.rules import MOST_READINGS, Reading, check_believable, check_time, kept_value


@dataclass(frozen=True, slots=True)
class RefusedReading:
    """A reading of a batch that is not believed: its position from 0, the field, and why in the reader's language."""

    index: int
    field: str
    message: str


@dataclass(slots=True)
class TakenReadings:
    """What became of a batch: how many are new, how many of those correct another value of their time, how many were
    known already, and what is not believed.
    """

    stored: int = 0
    corrected: int = 0
    known: int = 0
    refused: list[RefusedReading] = field(default_factory=list)


def record_readings(*, party: Party, readings: Sequence[Mapping[str, Any]]) -> TakenReadings:
    """Take in a batch of the device that shows its token: mappings with `time` (aware), `value` and `unit`.

    What is new becomes one event of the journal, or one for each thing the device stood beside meanwhile. A reading
    that the device sent before is known and not taken again; another value for the same time corrects it and is kept
    beside it. What cannot be believed is refused one by one, so that a single bad value does not hold up the others.
    Raises NoDevice, Invalid.
    """
    if len(readings) > MOST_READINGS:
        raise Invalid(_("At most %(limit)s readings are taken at once.", limit=MOST_READINGS), field="readings")
    device = db.session.scalar(
        select(SensorDevice).where(SensorDevice.token_id == party.token_id).with_for_update(of=SensorDevice)
    )
    if device is None or party.token_id is None:
        raise NoDevice
    taken = TakenReadings()
    believed = _believed(device, readings, taken)
    kept = _kept(device, believed)
    fresh = [reading for reading in _once(believed) if reading.value not in kept.get(_key(reading), {}).values()]
    corrected = [reading for reading in fresh if _key(reading) in kept]
    taken.known, taken.stored, taken.corrected = len(believed) - len(fresh), len(fresh), len(corrected)
    for attachment, group in _by_attachment(device, fresh):
        event = capture_event_for(party=party, event=_event(device, attachment, group))
        _keep(device, group, event.id)
    judge_readings(device, fresh, corrected=corrected)
    return taken


def copy_sensor_events(*, first_id: uuid.UUID, last_id: uuid.UUID) -> None:
    """Copy the readings of known devices from the events in this range of ids. Again changes nothing.

    A device is known to its own producer only: nobody else's event puts values on its chart. What an event says of a
    time that another one told of is kept too, whatever value it has: when that one is declared wrong, it counts.
    """
    for event_id, producer_id, payload in db.session.execute(
        _SENSOR_EVENTS, {"first_id": first_id, "last_id": last_id}
    ).all():
        for giai, readings in readings_of_event(payload).items():
            statement = (
                select(SensorDevice)
                .where(SensorDevice.giai == giai, SensorDevice.producer_id == producer_id)
                .with_for_update(of=SensorDevice)
            )
            device = db.session.scalar(statement)
            if device is not None:
                measured = {item.measure for item in device.ranges}
                told = _once(reading for reading in readings if reading.measure in measured)
                kept = _kept(device, told)
                fresh = [reading for reading in told if event_id not in kept.get(_key(reading), ())]
                _keep(device, fresh, event_id)
                judge_readings(device, fresh, corrected=[reading for reading in fresh if _key(reading) in kept])


_SENSOR_EVENTS: Final = text(
    """
    SELECT id, producer_id, payload FROM epcis_events
    WHERE id BETWEEN :first_id AND :last_id AND producer_id IS NOT NULL AND error_declared_at IS NULL
      AND payload->'sensorElementList' IS NOT NULL
    ORDER BY id
    """
)


def _believed(device: SensorDevice, readings: Sequence[Mapping[str, Any]], taken: TakenReadings) -> list[Reading]:
    now = utc_now()
    measured = {item.measure for item in device.ranges}
    believed = []
    for index, given in enumerate(readings):
        try:
            measure, value = kept_value(given["value"], given["unit"])
            if measure not in measured:
                raise Invalid(_("This sensor was not set up to measure that."), field="unit")
            reading = Reading(measure, given["time"], value)
            check_time(reading.measured_at, now=now)
            check_believable(reading)
        except Invalid as error:
            taken.refused.append(RefusedReading(index, error.field or "", str(error)))
        else:
            believed.append(reading)
    return believed


def _key(reading: Reading) -> tuple[str, datetime]:
    return str(reading.measure), reading.measured_at


def _once(readings: Iterable[Reading]) -> list[Reading]:
    """The readings in the order of their times; of two of one measure at the same time the first."""
    by_key: dict[tuple[str, datetime], Reading] = {}
    for reading in readings:
        by_key.setdefault(_key(reading), reading)
    return sorted(by_key.values(), key=lambda reading: (reading.measured_at, reading.measure))


def _kept(device: SensorDevice, readings: Collection[Reading]) -> dict[tuple[str, datetime], dict[uuid.UUID, float]]:
    """What is kept of these times already, by measure and time: the value that each event told."""
    statement = select(
        SensorReading.measure, SensorReading.measured_at, SensorReading.event_id, SensorReading.value
    ).where(
        SensorReading.device_id == device.id,
        SensorReading.measured_at.in_({reading.measured_at for reading in readings}),
    )
    kept: dict[tuple[str, datetime], dict[uuid.UUID, float]] = {}
    for measure, moment, event_id, value in db.session.execute(statement):
        kept.setdefault((measure, moment), {})[event_id] = value
    return kept


def _by_attachment(
    device: SensorDevice, readings: Sequence[Reading]
) -> Iterator[tuple[SensorAttachment | None, list[Reading]]]:
    """The readings by what the device stood beside, in the order of their times."""
    if not readings:
        return
    statement = (
        select(SensorAttachment)
        .where(SensorAttachment.device_id == device.id, SensorAttachment.attached_from <= readings[-1].measured_at)
        .order_by(SensorAttachment.attached_from.desc())
        .limit(100)
    )
    attachments = list(db.session.scalars(statement))
    groups: dict[uuid.UUID | None, list[Reading]] = {}
    by_id = {attachment.id: attachment for attachment in attachments}
    for reading in readings:
        beside = next((item for item in attachments if _covers(item, reading.measured_at)), None)
        groups.setdefault(beside.id if beside else None, []).append(reading)
    for attachment_id, group in groups.items():
        yield by_id.get(attachment_id) if attachment_id else None, group


def _covers(attachment: SensorAttachment, moment: datetime) -> bool:
    ended = attachment.attached_until
    return attachment.attached_from <= moment and (ended is None or moment < ended)


def _event(device: SensorDevice, attachment: SensorAttachment | None, readings: Sequence[Reading]) -> dict[str, Any]:
    """The event of readings that belong together: of the lot or unit beside, or of the producer's place."""
    lot = attachment.lot if attachment else None
    return event_of_readings(
        readings,
        device_uri=asset_uri(site_url(), device.giai),
        good={Measure(item.measure): good_range(item) for item in device.ranges},
        lot_uri=lot_uri(site_url(), lot.product.gtin, lot.lot_number) if lot else None,
        unit_uri=parcel_uri(site_url(), attachment.sscc) if attachment and attachment.sscc else None,
        place_uri=None if attachment else location_uri(site_url(), device.producer.gln),
    )


def _keep(device: SensorDevice, readings: Sequence[Reading], event_id: uuid.UUID) -> None:
    if readings:
        db.session.execute(
            insert(SensorReading),
            [
                {
                    "device_id": device.id,
                    "measure": reading.measure,
                    "measured_at": reading.measured_at,
                    "value": reading.value,
                    "event_id": event_id,
                }
                for reading in readings
            ],
        )
