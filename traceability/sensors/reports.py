"""Readings as EPCIS sensor reports: the event that a batch becomes, and the readings that an event tells of. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from core.errors import Invalid
from traceability.epcis.event_builders import QuantityElement, iso_time, object_event
from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.gs1.epc_uris import canonical_identifier
from traceability.journal.queries import SENSOR_REPORTING
from traceability.journal.terms import moment_of
from traceability.sensors.models import Measure
from traceability.sensors.rules import EPCIS_TYPES, KEPT_UNITS, GoodRange, Reading, check_believable, kept_value

_ASSET: Final = f"{CANONICAL_STEM}/8004/"


def event_of_readings(
    readings: Sequence[Reading],
    *,
    device_uri: str,
    good: Mapping[Measure, GoodRange],
    lot_uri: str | None = None,
    unit_uri: str | None = None,
    place_uri: str | None = None,
) -> dict[str, Any]:
    """The ObjectEvent with the sensor reports of one device (EPCIS 2.0 §7.3.7), in the order of their times.

    It is about the lot or the crate or parcel that the device stood beside, or else about the place it is read at.
    """
    return object_event(
        action="OBSERVE",
        epc_list=[unit_uri] if unit_uri else (),
        quantity_list=[QuantityElement(lot_uri)] if lot_uri else (),
        event_time=readings[-1].measured_at,
        biz_step=SENSOR_REPORTING,
        read_point=place_uri,
        sensor_elements=[
            {
                "sensorMetadata": {"deviceID": device_uri},
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


def readings_of_event(payload: Mapping[str, Any]) -> dict[str, list[Reading]]:
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
