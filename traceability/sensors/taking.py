"""Taking readings in: from a device's own batch, which becomes an event of the journal, or from an event that came."""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, select, text

from core.db import db, utc_now
from core.errors import Invalid
from core.i18n import gettext as _
from core.outbox import publish
from traceability.epcis.event_builders import QuantityElement, iso_time, object_event
from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.gs1.epc_uris import canonical_identifier
from traceability.gs1.links import asset_uri, location_uri, lot_uri, parcel_uri
from traceability.journal.issuer import site_url
from traceability.journal.parties import Party
from traceability.journal.queries import SENSOR_REPORTING
from traceability.journal.terms import moment_of
from traceability.journal.usecases import capture_event_for
from traceability.sensors.errors import NoDevice
from traceability.sensors.events import SensorAlarmOpened
from traceability.sensors.models import (
    Measure,
    SensorAlarm,
    SensorAttachment,
    SensorDevice,
    SensorRange,
    SensorReading,
)
from traceability.sensors.rules import (
    EPCIS_TYPES,
    KEPT_UNITS,
    MOST_READINGS,
    Excursion,
    GoodRange,
    Reading,
    check_believable,
    check_time,
    excursions,
    kept_value,
)

_ASSET: Final = f"{CANONICAL_STEM}/8004/"


@dataclass(frozen=True, slots=True)
class RefusedReading:
    """A reading of a batch that is not believed: its position from 0, the field, and why in the reader's language."""

    index: int
    field: str
    message: str


@dataclass(slots=True)
class TakenReadings:
    """What became of a batch: how many are new, how many were known already, and what is not believed."""

    stored: int = 0
    known: int = 0
    refused: list[RefusedReading] = field(default_factory=list)


def record_readings(*, party: Party, readings: Sequence[Mapping[str, Any]]) -> TakenReadings:
    """Take in a batch of the device that shows its token: mappings with `time` (aware), `value` and `unit`.

    What is new becomes one event of the journal, or one for each thing the device stood beside meanwhile. A reading
    that the device sent before is known and not taken again, whatever value it has now. What cannot be believed is
    refused one by one, so that a single bad value does not hold up the others. Raises NoDevice, Invalid.
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
    fresh = _unknown(device, believed)
    taken.known, taken.stored = len(believed) - len(fresh), len(fresh)
    for attachment, group in _by_attachment(device, fresh):
        event = capture_event_for(party=party, event=_event(device, attachment, group))
        _keep(device, group, event.id)
    _judge(device, fresh)
    return taken


def copy_sensor_events(*, first_id: uuid.UUID, last_id: uuid.UUID) -> None:
    """Copy the readings of known devices from the events in this range of ids. Again changes nothing.

    A device is known to its own producer only: nobody else's event puts values on its chart.
    """
    for event_id, producer_id, payload in db.session.execute(
        _SENSOR_EVENTS, {"first_id": first_id, "last_id": last_id}
    ).all():
        for giai, readings in _readings_of_event(payload).items():
            statement = (
                select(SensorDevice)
                .where(SensorDevice.giai == giai, SensorDevice.producer_id == producer_id)
                .with_for_update(of=SensorDevice)
            )
            device = db.session.scalar(statement)
            if device is not None:
                measured = {item.measure for item in device.ranges}
                fresh = _unknown(device, [reading for reading in readings if reading.measure in measured])
                _keep(device, fresh, event_id)
                _judge(device, fresh)


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


def _unknown(device: SensorDevice, readings: Collection[Reading]) -> list[Reading]:
    """Those that were not kept yet, in the order of their times; of two at the same time the first."""
    by_key: dict[tuple[str, datetime], Reading] = {}
    for reading in readings:
        by_key.setdefault((reading.measure, reading.measured_at), reading)
    if not by_key:
        return []
    moments = {moment for _measure, moment in by_key}
    statement = select(SensorReading.measure, SensorReading.measured_at).where(
        SensorReading.device_id == device.id, SensorReading.measured_at.in_(moments)
    )
    for measure, moment in db.session.execute(statement):
        by_key.pop((measure, moment), None)
    return sorted(by_key.values(), key=lambda reading: (reading.measured_at, reading.measure))


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
    """The ObjectEvent with the sensor reports (EPCIS 2.0 §7.3.7): of the lot or unit, or of the producer's place."""
    good = {item.measure: _good(item) for item in device.ranges}
    lot = attachment.lot if attachment else None
    return object_event(
        action="OBSERVE",
        epc_list=[parcel_uri(site_url(), attachment.sscc)] if attachment and attachment.sscc else (),
        quantity_list=[QuantityElement(lot_uri(site_url(), lot.product.gtin, lot.lot_number))] if lot else (),
        event_time=readings[-1].measured_at,
        biz_step=SENSOR_REPORTING,
        read_point=None if attachment else location_uri(site_url(), device.producer.gln),
        sensor_elements=[
            {
                "sensorMetadata": {"deviceID": asset_uri(site_url(), device.giai)},
                "sensorReport": [_report(reading, good[reading.measure]) for reading in readings],
            }
        ],
    )


def _report(reading: Reading, good: GoodRange) -> dict[str, Any]:
    report: dict[str, Any] = {
        "type": EPCIS_TYPES[reading.measure],
        "time": iso_time(reading.measured_at),
        "value": reading.value,
        "uom": KEPT_UNITS[reading.measure],
    }
    if good.distance(reading.value):
        report["exception"] = "ALARM_CONDITION"
    return report


def _readings_of_event(payload: Mapping[str, Any]) -> dict[str, list[Reading]]:
    """The believable temperatures and humidities in an event, by the number (GIAI) of their device."""
    found: dict[str, list[Reading]] = {}
    for element in payload["sensorElementList"]:
        metadata = element.get("sensorMetadata") or {}
        for report in element["sensorReport"]:
            device = canonical_identifier(str(report.get("deviceID") or metadata.get("deviceID") or ""))
            moment = moment_of(str(report.get("time") or metadata.get("time") or payload["eventTime"]))
            reading = _reading_of_report(report, moment)
            if reading is not None and device.startswith(_ASSET):
                found.setdefault(device.removeprefix(_ASSET), []).append(reading)
    return found


def _reading_of_report(report: Mapping[str, Any], moment: datetime | None) -> Reading | None:
    value, unit = report.get("value"), report.get("uom")
    if moment is None or isinstance(value, bool) or not isinstance(value, int | float) or not isinstance(unit, str):
        return None
    try:
        measure, kept = kept_value(value, unit)
        reading = Reading(measure, moment, kept)
        check_believable(reading)
    except Invalid:
        return None
    return reading


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


def _judge(device: SensorDevice, fresh: Sequence[Reading]) -> None:
    """Open, extend and close alarms by what the `fresh` readings say, also where they came late."""
    for item in device.ranges:
        moments = [reading.measured_at for reading in fresh if reading.measure == item.measure]
        if moments:
            for excursion in excursions(_readings_around(device, item, min(moments)), _good(item)):
                if excursion.duration.total_seconds() >= item.minutes_allowed * 60:
                    _raise_alarm(device, item, excursion)


_AROUND: Final = text(
    """
    SELECT measured_at, value FROM sensor_readings
    WHERE device_id = :device_id AND measure = :measure AND measured_at >= coalesce((
        SELECT max(measured_at) FROM sensor_readings
        WHERE device_id = :device_id AND measure = :measure AND measured_at < :since
          AND value >= coalesce(:minimum, '-infinity'::float8) AND value <= coalesce(:maximum, 'infinity'::float8)
    ), '-infinity'::timestamptz)
    ORDER BY measured_at
    """
)


def _readings_around(device: SensorDevice, item: SensorRange, since: datetime) -> list[Reading]:
    """The readings from the last good one before `since` on, so that a run that was under way is seen whole."""
    rows = db.session.execute(
        _AROUND,
        {
            "device_id": device.id,
            "measure": item.measure,
            "since": since,
            "minimum": item.minimum,
            "maximum": item.maximum,
        },
    )
    return [Reading(Measure(item.measure), moment, value) for moment, value in rows]


def _raise_alarm(device: SensorDevice, item: SensorRange, excursion: Excursion) -> None:
    statement = (
        select(SensorAlarm)
        .where(
            SensorAlarm.device_id == device.id,
            SensorAlarm.measure == item.measure,
            SensorAlarm.opened_at <= excursion.last_at,
            (SensorAlarm.closed_at.is_(None)) | (SensorAlarm.closed_at > excursion.began_at),
        )
        .order_by(SensorAlarm.opened_at)
        .limit(1)
    )
    alarm = db.session.scalar(statement)
    if alarm is None:
        alarm = SensorAlarm(
            device=device,
            measure=item.measure,
            minimum=item.minimum,
            maximum=item.maximum,
            worst=excursion.worst,
            opened_at=excursion.began_at,
            closed_at=excursion.ended_at,
        )
        db.session.add(alarm)
        db.session.flush()
        publish(SensorAlarmOpened(alarm.id))
        return
    alarm.opened_at, alarm.closed_at = excursion.began_at, excursion.ended_at
    alarm.worst = excursion.worst
    db.session.flush()


def _good(item: SensorRange) -> GoodRange:
    return GoodRange(item.minimum, item.maximum)
