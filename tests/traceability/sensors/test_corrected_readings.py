"""A corrected reading stands beside the first: nothing is lost, charts and alarms follow what counts."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select, text

from core.db import db, utc_now
from tests.traceability.sensors.device import Sensor, make_sending_sensor, minutes_ago, reading
from traceability.epcis.contexts import EPCIS_CONTEXT
from traceability.epcis.event_builders import iso_time
from traceability.journal.corrections import declare_error
from traceability.journal.models import EpcisEvent
from traceability.sensors.models import Measure, SensorAlarm, SensorReading
from traceability.sensors.queries import corrected_readings, reading_spans, standings
from traceability.sensors.taking import copy_sensor_events
from traceability.sensors.usecases import attach_device
from traceability.tokens.usecases import issue_token


def told() -> list[float]:
    """Every value that is kept, in the order in which they came."""
    return list(db.session.scalars(select(SensorReading.value).order_by(SensorReading.event_id)))


def drawn(sensor: Sensor) -> list[float]:
    """The values that the chart shows, by time."""
    spans = reading_spans(sensor.device.id, Measure.TEMPERATURE, since=minutes_ago(300), until=utc_now(), most=300)
    return [span.mean for span in spans]


def alarms() -> list[SensorAlarm]:
    statement = select(SensorAlarm).order_by(SensorAlarm.opened_at).execution_options(populate_existing=True)
    return list(db.session.scalars(statement))


def deliver_all(deliver: Callable[[], int]) -> None:
    while deliver():
        pass


def event_behind(at: datetime, value: float) -> EpcisEvent:
    statement = (
        select(EpcisEvent)
        .join(SensorReading, SensorReading.event_id == EpcisEvent.id)
        .where(SensorReading.measured_at == at, SensorReading.value == value)
    )
    return db.session.scalars(statement).one()


def capture(client: FlaskClient, sensor: Sensor, *told: dict[str, Any]) -> None:
    """Capture an event with these readings as a program of the producer does."""
    secret = issue_token(
        actor=sensor.farm.actor,
        producer_id=sensor.farm.producer.id,
        name=f"Cổng đo {utc_now().timestamp()}",
        scopes=["capture"],
        valid_days=30,
    ).secret
    db.session.commit()
    reports = [
        {"type": "Temperature", "value": item["value"], "uom": "CEL", "time": iso_time(item["time"])} for item in told
    ]
    event = {
        "@context": [EPCIS_CONTEXT],
        "type": "ObjectEvent",
        "eventTime": iso_time(minutes_ago(5)),
        "eventTimeZoneOffset": "+07:00",
        "action": "OBSERVE",
        "bizStep": "sensor_reporting",
        "readPoint": {"id": f"https://id.gs1.org/414/{sensor.farm.plot.gln}"},
        "sensorElementList": [
            {
                "sensorMetadata": {"deviceID": f"https://id.gs1.org/8004/{sensor.device.giai}"},
                "sensorReport": reports,
            }
        ],
    }
    answer = client.post(
        "/epcis/v2/events",
        data=json.dumps(event),
        headers={"Authorization": f"Bearer {secret}", "Content-Type": "application/ld+json"},
    )
    assert answer.status_code == 201, answer.text


def test_another_value_for_the_same_time_is_kept_beside_the_first_and_counts(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    first = reading(60, 12)
    sensor.send(first, reading(50, 5))
    answer = sensor.send({**first, "value": 4.5}).get_json()
    assert answer == {"stored": 1, "corrected": 1, "known": 0, "refused": []}
    assert sorted(told()) == [4.5, 5, 12]
    assert drawn(sensor) == [4.5, 5]
    (corrected,) = corrected_readings(sensor.device.id, since=minutes_ago(300), until=utc_now())
    assert (corrected.at, corrected.first_value, corrected.value) == (first["time"], 12, 4.5)


def test_a_value_that_was_told_before_is_known_also_after_a_correction(client: FlaskClient) -> None:
    """A device that sends a whole batch again does not undo the correction."""
    sensor = make_sending_sensor(client)
    first = reading(60, 12)
    sensor.send(first)
    sensor.send({**first, "value": 4.5})
    assert sensor.send(first).get_json() == {"stored": 0, "corrected": 0, "known": 1, "refused": []}
    assert drawn(sensor) == [4.5]


def test_the_newest_value_follows_the_correction(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    first = reading(10, 12)
    sensor.send(first)
    sensor.send({**first, "value": 4.5})
    assert [last.value for last in standings([sensor.device.id])[sensor.device.id].last] == [4.5]


def test_an_alarm_that_the_corrected_value_does_not_bear_out_is_withdrawn(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    wrong = [reading(90, 30), reading(50, 31)]
    sensor.send(*wrong)
    assert [alarm.withdrawn_at for alarm in alarms()] == [None]
    sensor.send(*({**item, "value": 5} for item in wrong))
    (alarm,) = alarms()
    assert alarm.withdrawn_at is not None and alarm.closed_at is not None


def test_a_corrected_value_out_of_range_opens_an_alarm(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    first, good = reading(100, 12), reading(70, 5)
    sensor.send(first, good, reading(50, 12), reading(40, 5))
    assert alarms() == []
    sensor.send({**good, "value": 11})
    (alarm,) = alarms()
    assert (alarm.opened_at, alarm.worst) == (first["time"], 12)
    assert alarm.closed_at is not None and alarm.withdrawn_at is None


def test_an_alarm_follows_a_correction_of_its_worst_value(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    worst = reading(60, 40)
    sensor.send(reading(90, 10), worst, reading(30, 11))
    sensor.send({**worst, "value": 12})
    (alarm,) = alarms()
    assert (alarm.worst, alarm.withdrawn_at) == (12, None)


def test_a_corrective_event_counts_when_the_first_is_declared_wrong(
    client: FlaskClient, deliver_outbox: Callable[[], int]
) -> None:
    """It may repeat what was right: that counts then too, whichever of the two came first."""
    sensor = make_sending_sensor(client)
    wrong, right = reading(90, 30), reading(50, 5)
    sensor.send(wrong, right)
    original = event_behind(wrong["time"], 30)
    capture(client, sensor, {**wrong, "value": 6}, right)
    deliver_all(deliver_outbox)
    assert drawn(sensor) == [6, 5]
    declare_error(actor=sensor.farm.actor, event_id=original.event_id, reason="incorrect_data")
    db.session.commit()
    deliver_all(deliver_outbox)
    assert drawn(sensor) == [6, 5]
    assert sorted(told()) == [5, 5, 6, 30]


def test_a_correction_that_is_declared_wrong_gives_the_first_value_back(
    client: FlaskClient, deliver_outbox: Callable[[], int]
) -> None:
    sensor = make_sending_sensor(client)
    first = [reading(90, 12), reading(50, 13)]
    sensor.send(*first)
    sensor.send(*({**item, "value": 5} for item in first))
    assert drawn(sensor) == [5, 5]
    correction = event_behind(first[0]["time"], 5)
    declare_error(actor=sensor.farm.actor, event_id=correction.event_id, reason="incorrect_data")
    db.session.commit()
    deliver_all(deliver_outbox)
    assert drawn(sensor) == [12, 13]
    assert [(alarm.worst, alarm.withdrawn_at is None) for alarm in alarms()] == [(13, False), (13, True)]


def test_events_that_are_copied_again_change_nothing(client: FlaskClient, deliver_outbox: Callable[[], int]) -> None:
    sensor = make_sending_sensor(client)
    first = reading(60, 12)
    sensor.send(first)
    capture(client, sensor, {**first, "value": 5})
    deliver_all(deliver_outbox)
    before = told()
    ids = db.session.scalars(select(EpcisEvent.id).order_by(EpcisEvent.id)).all()
    copy_sensor_events(first_id=ids[0], last_id=ids[-1])
    assert told() == before == [12, 5]


def test_the_page_and_the_record_show_the_corrected_value(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    lot = sensor.farm.harvest()
    attach_device(actor=sensor.farm.actor, device_id=sensor.device.id, lot_id=lot.id, attached_from=minutes_ago(200))
    db.session.commit()
    wrong = [reading(90, 33.5), reading(50, 33.5)]
    sensor.send(*wrong)
    sensor.send(*({**item, "value": 5.5} for item in wrong))
    record = client.get(f"/01/{lot.product.gtin}/10/{lot.lot_number}", headers={"Accept": "text/html"}).text
    assert "5,5" in record and "33,5" not in record
    sensor.farm.signed_in(client)
    page = client.get(f"/farm/sensors/{sensor.device.id}").text
    assert "Số đo đã sửa" in page and "5,5\u00a0°C thay cho 33,5\u00a0°C" in page
    assert "đã được sửa" in page  # the alarm says why it was withdrawn


def test_nothing_was_changed_in_the_journal(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    first = reading(60, 12)
    sensor.send(first)
    sensor.send({**first, "value": 5})
    values = db.session.scalars(
        text("SELECT payload->'sensorElementList'->0->'sensorReport'->0->'value' FROM epcis_events ORDER BY id")
    ).all()
    assert values == [12, 5]
