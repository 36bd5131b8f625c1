"""Devices and what they stand beside: what makes no sense is refused and named; the database holds the rest."""

import uuid
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from core.accounts import ANONYMOUS, Actor, RoleName
from core.db import db, utc_now
from core.errors import Invalid, NotFound
from tests.factories import make_lot, make_sensor, make_user
from tests.traceability.farm import actor_of, make_farm
from tests.traceability.sensors.device import COLD, make_sending_sensor, minutes_ago
from traceability.sensors import usecases
from traceability.sensors.models import Measure, SensorAttachment, SensorDevice
from traceability.sensors.usecases import WantedRange

SSCC = "095201234567891235"


def test_a_device_gets_a_number_below_the_site_s_prefix(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    assert sensor.device.giai.startswith("9521")
    assert sensor.device.token is not None
    assert sensor.device.token.scopes == ["sensor"]


def test_a_change_replaces_the_ranges(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    changed = usecases.change_device(
        actor=sensor.farm.actor,
        device_id=sensor.device.id,
        name="Thùng 2 (mẫu)",
        serial=None,
        ranges={Measure.HUMIDITY: WantedRange(60.0, 90.0, 15)},
    )
    db.session.expire(changed)
    assert [(item.measure, item.minimum, item.minutes_allowed) for item in changed.ranges] == [("humidity", 60.0, 15)]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "Kho lạnh (mẫu)"}, "name"),
        ({"ranges": {}}, "temperature"),
        ({"ranges": {Measure.TEMPERATURE: WantedRange(8.0, 2.0, 30)}}, "temperature_maximum"),
        ({"ranges": {Measure.HUMIDITY: WantedRange(None, 101.0, 30)}}, "humidity_maximum"),
        ({"ranges": {Measure.HUMIDITY: WantedRange(None, 90.0, -1)}}, "humidity_minutes"),
        ({"ranges": {Measure.HUMIDITY: WantedRange(None, 90.0, 99_999)}}, "humidity_minutes"),
    ],
)
def test_what_makes_no_sense_is_named(client: FlaskClient, changed: dict[str, object], field: str) -> None:
    farm = make_sending_sensor(client).farm
    given = {"name": "Thùng (mẫu)", "serial": None, "ranges": COLD, **changed}
    with pytest.raises(Invalid) as refusal:
        usecases.register_device(actor=farm.actor, producer_id=farm.producer.id, **given)
    assert refusal.value.field == field


def test_a_device_stands_beside_one_thing_at_a_time(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    actor, device_id, lot = sensor.farm.actor, sensor.device.id, sensor.farm.harvest()
    first = usecases.attach_device(actor=actor, device_id=device_id, lot_id=lot.id, attached_from=minutes_ago(60))
    second = usecases.attach_device(actor=actor, device_id=device_id, sscc=SSCC, attached_from=minutes_ago(30))
    assert first.attached_until == second.attached_from
    usecases.detach_device(actor=actor, device_id=device_id)
    usecases.detach_device(actor=actor, device_id=device_id)
    current = select(SensorAttachment.id).where(SensorAttachment.attached_until.is_(None))
    assert db.session.scalars(current).all() == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "lot_id"),
        ({"lot_id": uuid.uuid4()}, "lot_id"),
        ({"sscc": "123"}, "sscc"),
        ({"sscc": "095201234567891234"}, "sscc"),
        ({"sscc": SSCC, "attached_from": utc_now() + timedelta(days=900)}, "attached_from"),
        ({"sscc": SSCC, "attached_from": utc_now() - timedelta(days=900)}, "attached_from"),
        ({"sscc": SSCC, "attached_from": utc_now() - timedelta(days=2)}, "attached_from"),
    ],
)
def test_where_a_device_cannot_stand(client: FlaskClient, given: dict[str, object], field: str) -> None:
    sensor = make_sending_sensor(client)
    actor, device_id = sensor.farm.actor, sensor.device.id
    usecases.attach_device(actor=actor, device_id=device_id, sscc=SSCC, attached_from=minutes_ago(60))
    with pytest.raises(Invalid) as refusal:
        usecases.attach_device(actor=actor, device_id=device_id, **given)
    assert refusal.value.field == field


def test_a_device_does_not_stand_beside_somebody_else_s_lot(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    with pytest.raises(Invalid):
        usecases.attach_device(actor=sensor.farm.actor, device_id=sensor.device.id, lot_id=make_lot().id)


@pytest.mark.parametrize("role", list(RoleName))
def test_only_members_and_administrators_work_with_a_device(client: FlaskClient, role: RoleName) -> None:
    device = make_sensor()
    actor = actor_of(make_user(role))
    if role is RoleName.ADMINISTRATOR:
        usecases.detach_device(actor=actor, device_id=device.id)
        return
    _refused_everything(actor, device)


def test_others_find_no_device(client: FlaskClient) -> None:
    device = make_sensor()
    _refused_everything(ANONYMOUS, device)
    _refused_everything(make_farm().actor, device)


def _refused_everything(actor: Actor, device: SensorDevice) -> None:
    attempts = [
        lambda: usecases.register_device(
            actor=actor, producer_id=device.producer_id, name="x", serial=None, ranges=COLD
        ),
        lambda: usecases.change_device(actor=actor, device_id=device.id, name="x", serial=None, ranges=COLD),
        lambda: usecases.renew_token(actor=actor, device_id=device.id),
        lambda: usecases.revoke_device_token(actor=actor, device_id=device.id),
        lambda: usecases.attach_device(actor=actor, device_id=device.id, sscc=SSCC),
        lambda: usecases.detach_device(actor=actor, device_id=device.id),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sensor_devices SET giai = 'không phải số'",
        "UPDATE sensor_ranges SET minimum = 9 WHERE maximum = 8",
        "UPDATE sensor_ranges SET measure = 'wind'",
        "INSERT INTO sensor_attachments (id, device_id, attached_from) "
        "SELECT gen_random_uuid(), id, now() FROM sensor_devices",
        "INSERT INTO sensor_attachments (id, device_id, sscc, attached_from) "
        f"SELECT gen_random_uuid(), id, '{SSCC}', now() FROM sensor_devices, generate_series(1, 2)",
    ],
)
def test_the_database_refuses_what_is_never_right(
    client: FlaskClient, session: scoped_session[Session], statement: str
) -> None:
    make_sensor()
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(statement))
