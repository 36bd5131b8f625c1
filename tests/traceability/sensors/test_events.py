"""Readings in events that programs capture: they reach the chart of a known device of the same producer, once."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.db import db
from tests.traceability.farm import Farm, make_farm
from tests.traceability.sensors.device import Sensor, make_sending_sensor, minutes_ago, reading
from traceability.epcis.contexts import EPCIS_CONTEXT
from traceability.epcis.event_builders import iso_time
from traceability.journal.models import EpcisEvent
from traceability.sensors.models import SensorAlarm, SensorReading
from traceability.sensors.taking import copy_sensor_events
from traceability.tokens.usecases import issue_token


def program_of(farm: Farm) -> str:
    secret = issue_token(
        actor=farm.actor, producer_id=farm.producer.id, name="Cổng đo", scopes=["capture", "read"], valid_days=30
    ).secret
    db.session.commit()
    return secret


def event_of(sensor: Sensor, farm: Farm, *reports: dict[str, Any], **element: Any) -> dict[str, Any]:
    return {
        "@context": [EPCIS_CONTEXT],
        "type": "ObjectEvent",
        "eventTime": iso_time(minutes_ago(5)),
        "eventTimeZoneOffset": "+07:00",
        "action": "OBSERVE",
        "bizStep": "sensor_reporting",
        "readPoint": {"id": f"https://id.gs1.org/414/{farm.plot.gln}"},
        "sensorElementList": [
            {
                "sensorMetadata": {"deviceID": f"https://id.gs1.org/8004/{sensor.device.giai}", **element},
                "sensorReport": list(reports),
            }
        ],
    }


def capture(client: FlaskClient, secret: str, event: dict[str, Any]) -> None:
    answer = client.post(
        "/epcis/v2/events",
        data=json.dumps(event),
        headers={"Authorization": f"Bearer {secret}", "Content-Type": "application/ld+json"},
    )
    assert answer.status_code == 201, answer.text


def values() -> list[float]:
    return list(db.session.scalars(select(SensorReading.value).order_by(SensorReading.measured_at)))


def test_reports_of_an_event_come_onto_the_chart_once(client: FlaskClient, deliver_outbox: Callable[[], int]) -> None:
    sensor = make_sending_sensor(client)
    sensor.send(reading(60, 4))
    known = db.session.scalar(select(SensorReading.measured_at))
    assert known is not None
    event = event_of(
        sensor,
        sensor.farm,
        {"type": "Temperature", "value": 99, "uom": "CEL", "time": iso_time(known)},
        {"type": "Temperature", "value": 12, "uom": "CEL", "time": iso_time(minutes_ago(50))},
        {"type": "Temperature", "value": 285.15, "uom": "KEL"},
        {"type": "Temperature", "value": -127, "uom": "CEL", "time": iso_time(minutes_ago(40))},
        {"type": "Illuminance", "value": 3, "uom": "LUX"},
    )
    capture(client, program_of(sensor.farm), event)
    deliver_outbox()
    assert values() == [4, 12, 12]
    assert db.session.scalar(select(SensorAlarm.worst)) == 12
    ids = db.session.scalars(select(EpcisEvent.id).order_by(EpcisEvent.id)).all()
    copy_sensor_events(first_id=ids[0], last_id=ids[-1])
    assert values() == [4, 12, 12]


@pytest.mark.parametrize("device_id", ["https://id.gs1.org/8004/9521NOBODY", "urn:epc:id:giai:4000001.111", "urn:x:1"])
def test_devices_that_nobody_knows_are_left_out(
    client: FlaskClient, deliver_outbox: Callable[[], int], device_id: str
) -> None:
    sensor = make_sending_sensor(client)
    event = event_of(sensor, sensor.farm, {"type": "Temperature", "value": 5, "uom": "CEL"}, deviceID=device_id)
    capture(client, program_of(sensor.farm), event)
    deliver_outbox()
    assert values() == []


def test_nobody_else_s_event_puts_values_on_the_chart(client: FlaskClient, deliver_outbox: Callable[[], int]) -> None:
    sensor, other = make_sending_sensor(client), make_farm()
    capture(client, program_of(other), event_of(sensor, other, {"type": "Temperature", "value": 30, "uom": "CEL"}))
    deliver_outbox()
    assert values() == []
