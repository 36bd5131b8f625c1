"""Readings that devices send: one event a batch, each value once, and what cannot be believed is named."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from core.db import db, utc_now
from tests.traceability.farm import make_farm
from tests.traceability.sensors.device import make_sending_sensor, minutes_ago, reading
from traceability.epcis.event_builders import epcis_document
from traceability.epcis.validation import validate_event
from traceability.journal.models import EpcisEvent
from traceability.sensors.models import SensorReading
from traceability.sensors.rules import MOST_READINGS
from traceability.sensors.usecases import (
    WantedRange,
    attach_device,
    detach_device,
    renew_token,
    revoke_device_token,
)
from traceability.tokens.usecases import issue_token


def events() -> list[EpcisEvent]:
    statement = select(EpcisEvent).where(EpcisEvent.biz_step == "sensor_reporting").order_by(EpcisEvent.id)
    return list(db.session.scalars(statement))


def kept() -> list[tuple[str, float]]:
    statement = select(SensorReading.measure, SensorReading.value).order_by(
        SensorReading.measured_at, SensorReading.measure
    )
    return [(measure, value) for measure, value in db.session.execute(statement)]


def test_a_batch_becomes_one_event_about_the_lot_beside_the_sensor(client: FlaskClient) -> None:
    both = {"temperature": WantedRange(2.0, 8.0, 30), "humidity": WantedRange(80.0, None, 60)}
    sensor = make_sending_sensor(client, **both)
    lot = sensor.farm.harvest()
    attach_device(actor=sensor.farm.actor, device_id=sensor.device.id, lot_id=lot.id, attached_from=minutes_ago(60))
    answer = sensor.send(reading(20, 4.5), reading(10, 9), reading(10, 85, "P1"))
    assert answer.status_code == 200
    assert answer.get_json() == {"stored": 3, "corrected": 0, "known": 0, "refused": []}
    (event,) = events()
    assert event.producer_id == sensor.farm.producer.id
    assert event.payload["type"] == "ObjectEvent"
    assert [item["epcClass"] for item in event.payload["quantityList"]] == [
        f"http://localhost:8000/01/{lot.product.gtin}/10/{lot.lot_number}"
    ]
    (element,) = event.payload["sensorElementList"]
    assert element["sensorMetadata"]["deviceID"].endswith(f"/8004/{sensor.device.giai}")
    reports = [(item["type"], item["value"], item["uom"], "exception" in item) for item in element["sensorReport"]]
    assert reports == [
        ("Temperature", 4.5, "CEL", False),
        ("RelativeHumidity", 85, "P1", False),
        ("Temperature", 9, "CEL", True),
    ]
    assert validate_event(event.payload, stands_alone=False) == []
    assert epcis_document([event.payload], created_at=utc_now())["epcisBody"]["eventList"]
    assert kept() == [("temperature", 4.5), ("humidity", 85.0), ("temperature", 9.0)]


def test_a_batch_that_is_sent_again_changes_nothing(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    batch = [reading(20, 4), reading(10, 5)]
    assert sensor.send(*batch).get_json()["stored"] == 2
    assert sensor.send(*batch).get_json() == {"stored": 0, "corrected": 0, "known": 2, "refused": []}
    one_more = {"stored": 1, "corrected": 0, "known": 1, "refused": []}
    assert sensor.send(batch[0], reading(5, 6)).get_json() == one_more
    assert kept() == [("temperature", 4.0), ("temperature", 5.0), ("temperature", 6.0)]
    assert len(events()) == 2


def test_twice_in_one_batch_is_once(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    one = reading(10, 5)
    assert sensor.send(one, one).get_json()["stored"] == 1
    assert len(kept()) == 1


def test_units_are_brought_together(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    sensor.send(reading(20, 40.1, "FAH"), reading(10, 277.65, "KEL"))
    assert kept() == [("temperature", 4.5), ("temperature", 4.5)]


def test_readings_belong_to_what_the_sensor_stood_beside_then(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    actor, device_id = sensor.farm.actor, sensor.device.id
    lot = sensor.farm.harvest()
    sscc = "095201234567891235"
    attach_device(actor=actor, device_id=device_id, lot_id=lot.id, attached_from=minutes_ago(60))
    attach_device(actor=actor, device_id=device_id, sscc=sscc, attached_from=minutes_ago(30))
    detach_device(actor=actor, device_id=device_id)
    sensor.send(reading(90, 3), reading(45, 4), reading(15, 5))
    by_value = {event.payload["sensorElementList"][0]["sensorReport"][0]["value"]: event.payload for event in events()}
    assert by_value[3]["readPoint"]["id"].endswith(f"/414/{sensor.farm.producer.gln}")
    assert "quantityList" not in by_value[3]
    assert by_value[4]["quantityList"][0]["epcClass"].endswith(lot.lot_number)
    assert by_value[5]["epcList"][0].endswith(f"/00/{sscc}")


def test_what_cannot_be_believed_is_named_and_the_rest_is_kept(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    answer = sensor.send(
        reading(10, 5),
        reading(9, -127),
        reading(-30, 5),
        reading(60 * 24 * 40, 5),
        reading(8, 80, "P1"),
    )
    assert answer.status_code == 200
    body = answer.get_json()
    assert body["stored"] == 1
    assert [(item["index"], item["field"]) for item in body["refused"]] == [
        (1, "value"),
        (2, "time"),
        (3, "time"),
        (4, "unit"),
    ]
    assert all(item["message"] for item in body["refused"])
    assert kept() == [("temperature", 5.0)]


def test_when_nothing_can_be_believed_the_batch_is_refused(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    answer = sensor.send(reading(10, 999))
    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]["readings"]["0"]) == ["value"]
    assert kept() == []


def test_the_clock_of_the_device_is_compared(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    ahead = sensor.send(reading(10, 5), sent_at=(utc_now() + timedelta(hours=1)).isoformat()).get_json()
    assert 3590 <= ahead["clock_ahead_seconds"] <= 3600


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "readings"),
        ({"readings": []}, "readings"),
        ({"readings": [{"value": 5, "unit": "CEL"}]}, "readings"),
        ({"readings": [{"time": "yesterday", "value": 5, "unit": "CEL"}]}, "readings"),
        ({"readings": [{"time": "2026-09-15T07:30:00", "value": 5, "unit": "CEL"}]}, "readings"),
        ({"readings": [{"time": "2026-09-15T07:30:00Z", "value": "warm", "unit": "CEL"}]}, "readings"),
        ({"readings": [{"time": "2026-09-15T07:30:00Z", "value": 5, "unit": "kg"}]}, "readings"),
        ({"readings": [{"time": "2026-09-15T07:30:00Z", "value": 5, "unit": "CEL", "extra": 1}]}, "readings"),
        ({"readings": "all"}, "readings"),
    ],
)
def test_what_has_not_the_right_form_is_refused(client: FlaskClient, body: dict[str, Any], named: str) -> None:
    sensor = make_sending_sensor(client)
    answer = client.post("/api/v1/sensors/readings", json=body, headers={"Authorization": f"Bearer {sensor.secret}"})
    assert answer.status_code == 422
    assert named in answer.get_json()["errors"]


def test_a_batch_has_a_limit(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    most = [reading(number / 10, 5) for number in range(MOST_READINGS + 1)]
    assert sensor.send(*most).status_code == 422
    assert sensor.send(*most[1:]).get_json()["stored"] == len({item["time"] for item in most[1:]})


def test_text_that_is_no_json_is_refused(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    headers = {"Authorization": f"Bearer {sensor.secret}", "Content-Type": "application/json"}
    assert client.post("/api/v1/sensors/readings", data=b"{", headers=headers).status_code == 400


def test_only_the_token_of_a_device_sends_readings(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    program = issue_token(
        actor=sensor.farm.actor,
        producer_id=sensor.farm.producer.id,
        name="Cân",
        scopes=["capture", "read", "subscribe"],
        valid_days=30,
    ).secret
    db.session.commit()
    assert sensor.send(reading(10, 5), secret=program).status_code == 403
    assert sensor.send(reading(10, 5), secret="cn_" + "x" * 43).status_code == 401
    assert client.post("/api/v1/sensors/readings", json={"readings": [{}]}).status_code in (401, 422)
    sensor.farm.signed_in(client)
    body = {"readings": [{"time": "2026-09-15T07:30:00Z", "value": 5, "unit": "CEL"}]}
    assert client.post("/api/v1/sensors/readings", json=body).status_code == 401
    assert kept() == []


def test_the_token_of_a_device_opens_nothing_else(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    headers = {"Authorization": f"Bearer {sensor.secret}", "Content-Type": "application/ld+json"}
    assert client.post("/epcis/v2/capture", data=b"{}", headers=headers).status_code == 403
    assert client.get("/epcis/v2/queries", headers=headers).status_code == 403


def test_an_old_token_ends_with_a_new_one_and_when_it_is_revoked(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    newer = renew_token(actor=sensor.farm.actor, device_id=sensor.device.id).secret
    db.session.commit()
    assert sensor.send(reading(10, 5)).status_code == 401
    assert sensor.send(reading(10, 5), secret=newer).status_code == 200
    revoke_device_token(actor=sensor.farm.actor, device_id=sensor.device.id)
    db.session.commit()
    assert sensor.send(reading(9, 5), secret=newer).status_code == 401


def test_readings_never_change(client: FlaskClient, session: scoped_session[Session]) -> None:
    make_sending_sensor(client).send(reading(10, 5))
    with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
        session.execute(text("UPDATE sensor_readings SET value = 4"))
    assert session.scalar(select(func.count()).select_from(SensorReading)) == 1


def test_the_public_does_not_read_where_a_sensor_without_goods_stands(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client, make_farm())
    sensor.send(reading(10, 5))
    (event,) = events()
    assert client.get(f"/epcis/v2/events/{event.event_id}").status_code == 404
