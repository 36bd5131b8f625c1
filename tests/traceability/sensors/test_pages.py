"""A producer's pages of sensors, and the sensors on the page of a lot."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.accounts import RoleName
from core.db import db
from tests.factories import make_sensor, make_user, sign_in
from tests.traceability.farm import Farm, make_farm
from tests.traceability.sensors.device import make_sending_sensor, minutes_ago, reading
from traceability.journal.corrections import declare_error
from traceability.journal.models import EpcisEvent
from traceability.sensors.models import Measure, SensorAlarm, SensorAttachment, SensorDevice
from traceability.sensors.queries import reading_spans
from traceability.sensors.usecases import attach_device

_SECRET = re.compile(r"cn_[A-Za-z0-9_-]{43}")
COUNTED = Callable[[], AbstractContextManager[list[str]]]


def fields(farm: Farm, **changed: object) -> dict[str, object]:
    return {
        "producer_id": str(farm.producer.id),
        "name": "Kho lạnh, tường trong",
        "serial": "T-100",
        "temperature": "y",
        "temperature_minimum": "2,5",
        "temperature_maximum": "8",
        "temperature_minutes": "30",
        **changed,
    }


def test_a_new_sensor_shows_its_token_once(client: FlaskClient) -> None:
    farm = make_farm()
    farm.signed_in(client)
    assert client.get("/farm/sensors").status_code == 200
    assert client.get("/farm/sensors/new").status_code == 200
    answer = client.post("/farm/sensors/new", data=fields(farm))
    assert answer.status_code == 200
    assert _SECRET.search(answer.text)
    assert "no-store" in answer.headers["Cache-Control"]
    device = db.session.scalars(select(SensorDevice)).one()
    assert [(item.minimum, item.maximum) for item in device.ranges] == [(2.5, 8.0)]
    later = client.get(f"/farm/sensors/{device.id}").text
    assert _SECRET.search(later) is None
    renewed = client.post(f"/farm/sensors/{device.id}/token")
    assert _SECRET.search(renewed.text)
    assert client.post(f"/farm/sensors/{device.id}/revoke").status_code == 303


@pytest.mark.parametrize(
    ("changed", "kept"),
    [
        ({"name": ""}, "T-100"),
        ({"temperature_minimum": "lạnh"}, "lạnh"),
        ({"temperature_minimum": "9"}, 'value="9"'),
        ({"temperature": ""}, "T-100"),
        ({"temperature_minutes": "-1"}, "T-100"),
        ({"temperature_minimum": "nan"}, "T-100"),
    ],
)
def test_what_makes_no_sense_is_shown_again(client: FlaskClient, changed: dict[str, object], kept: str) -> None:
    farm = make_farm()
    answer = farm.signed_in(client).post("/farm/sensors/new", data=fields(farm, **changed))
    assert answer.status_code == 422
    assert "error-summary" in answer.text
    assert kept in answer.text
    assert db.session.scalar(select(SensorDevice.id)) is None


def test_a_sensor_is_changed(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    sensor.farm.signed_in(client)
    address = f"/farm/sensors/{sensor.device.id}/edit"
    assert 'value="T-100"' in client.get(address).text
    assert client.post(address, data=fields(sensor.farm, name="Thùng 2", temperature_maximum="6")).status_code == 303
    db.session.refresh(sensor.device)
    assert (sensor.device.name, sensor.device.ranges[0].maximum) == ("Thùng 2", 6.0)


def test_attaching_by_the_page(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    lot = sensor.farm.harvest()
    sensor.farm.signed_in(client)
    address = f"/farm/sensors/{sensor.device.id}"
    assert lot.lot_number in client.get(address).text
    since = minutes_ago(60)
    data = {"lot_id": str(lot.id), "attached_from": f"{since.astimezone():%Y-%m-%dT%H:%M}"}
    assert client.post(f"{address}/attach", data=data).status_code in (303, 422)
    assert client.post(f"{address}/attach", data={"sscc": "12"}).status_code == 422
    assert client.post(f"{address}/attach", data={"lot_id": str(lot.id), "attached_from": "gestern"}).status_code == 422
    assert client.post(f"{address}/attach", data={"lot_id": str(lot.id)}).status_code == 303
    assert client.post(f"{address}/detach").status_code == 303
    assert db.session.scalars(select(SensorAttachment)).all()


def test_times_are_those_of_clocks_in_vietnam(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    lot = sensor.farm.harvest()
    sensor.farm.signed_in(client)
    data = {"lot_id": str(lot.id), "attached_from": "2026-06-01T07:30"}
    assert client.post(f"/farm/sensors/{sensor.device.id}/attach", data=data).status_code == 303
    moment = db.session.scalar(select(SensorAttachment.attached_from))
    assert moment is not None
    assert moment.isoformat() == "2026-06-01T00:30:00+00:00"


def test_the_charts_stand_on_the_pages_of_sensor_and_lot(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    lot = sensor.farm.harvest()
    attach_device(actor=sensor.farm.actor, device_id=sensor.device.id, lot_id=lot.id, attached_from=minutes_ago(300))
    sensor.send(*[reading(280 - 10 * number, 5 if number < 15 else 12) for number in range(25)])
    alarm = db.session.scalars(select(SensorAlarm)).one()
    sensor.farm.signed_in(client)
    for address in (f"/farm/sensors/{sensor.device.id}?days=1", f"/farm/lots/{lot.id}"):
        page = client.get(address).text
        assert 'class="chart-line"' in page
        assert 'class="chart-good"' in page
        assert 'class="chart-alarm"' in page
        assert "12\u00a0°C" in page
        assert f"/farm/sensors/alarms/{alarm.id}/acknowledge" in page
    timeline = client.get(f"/farm/lots/{lot.id}").text
    assert "Cảm biến" in timeline
    assert client.post(f"/farm/sensors/alarms/{alarm.id}/acknowledge").status_code == 303
    assert sensor.farm.user.display_name in client.get(f"/farm/sensors/{sensor.device.id}").text


def test_readings_do_not_fill_the_timeline_of_the_lot(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    lot = sensor.farm.harvest()
    attach_device(actor=sensor.farm.actor, device_id=sensor.device.id, lot_id=lot.id, attached_from=minutes_ago(300))
    sensor.farm.signed_in(client)
    address = f"/farm/lots/{lot.id}"
    public = f"/01/{lot.product.gtin}/10/{lot.lot_number}"
    before = client.get(address).text.count('class="event '), client.get(public).text.count('class="event ')
    for minutes in (200, 100, 50):
        sensor.send(reading(minutes, 5))
    assert (client.get(address).text.count('class="event '), client.get(public).text.count('class="event ')) == before


def test_readings_that_were_declared_wrong_leave_the_chart(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    lot = sensor.farm.harvest()
    attach_device(actor=sensor.farm.actor, device_id=sensor.device.id, lot_id=lot.id, attached_from=minutes_ago(300))
    sensor.send(reading(100, 5))
    sensor.send(reading(50, 30))

    def means() -> list[float]:
        spans = reading_spans(sensor.device.id, Measure.TEMPERATURE, since=minutes_ago(200), until=minutes_ago(0))
        return [span.mean for span in spans]

    assert means() == [5, 30]
    readings = select(EpcisEvent).where(EpcisEvent.biz_step == "sensor_reporting").order_by(EpcisEvent.event_time)
    wrong = db.session.scalars(readings).all()[-1]
    declare_error(actor=sensor.farm.actor, event_id=wrong.event_id, reason="incorrect_data")
    assert means() == [5]


@pytest.mark.parametrize("role", [role for role in RoleName if role is not RoleName.PRODUCER_MEMBER])
def test_the_pages_are_for_members_of_producers(client: FlaskClient, role: RoleName) -> None:
    sensor = make_sending_sensor(client)
    sign_in(client, make_user(role))
    for address in ("", "/new", f"/{sensor.device.id}", f"/{sensor.device.id}/edit"):
        assert client.get(f"/farm/sensors{address}").status_code == 404
    for address in ("attach", "detach", "token", "revoke"):
        assert client.post(f"/farm/sensors/{sensor.device.id}/{address}").status_code == 404


def test_another_farm_s_sensor_does_not_exist(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    sensor.send(reading(90, 9), reading(50, 14))
    alarm = db.session.scalars(select(SensorAlarm)).one()
    make_farm().signed_in(client)
    db.session.commit()
    assert sensor.device.name not in client.get("/farm/sensors").text
    for address in (f"/{sensor.device.id}", f"/{sensor.device.id}/edit"):
        assert client.get(f"/farm/sensors{address}").status_code == 404
    for address in ("attach", "detach", "token", "revoke"):
        assert client.post(f"/farm/sensors/{sensor.device.id}/{address}").status_code == 404
    assert client.post(f"/farm/sensors/alarms/{alarm.id}/acknowledge").status_code == 404
    assert alarm.acknowledged_at is None


def test_a_visitor_is_asked_to_sign_in(client: FlaskClient) -> None:
    assert client.get("/farm/sensors").status_code == 303


def test_pages_take_a_fixed_number_of_queries(client: FlaskClient, count_queries: COUNTED) -> None:
    sensor = make_sending_sensor(client)
    lot = sensor.farm.harvest()
    sensor.farm.signed_in(client)
    addresses = ("/farm/sensors", f"/farm/sensors/{sensor.device.id}", f"/farm/lots/{lot.id}")

    def queries() -> list[int]:
        counts = []
        for address in addresses:
            with count_queries() as statements:
                assert client.get(address).status_code == 200
            counts.append(len(statements))
        return counts

    def another(number: int) -> None:
        device = make_sensor(sensor.farm.producer)
        attach_device(
            actor=sensor.farm.actor, device_id=device.id, lot_id=lot.id, attached_from=minutes_ago(30 + number)
        )
        sensor.send(reading(300 - 10 * number, 12))
        db.session.commit()

    attach_device(actor=sensor.farm.actor, device_id=sensor.device.id, lot_id=lot.id, attached_from=minutes_ago(300))
    another(0)
    few = queries()
    for number in range(1, 6):
        another(number)
    assert queries() == few
