"""Alarms: out of range for longer than allowed opens one, a good reading closes it, members get one mail."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from catalog.producers.models import ProducerMember
from core.accounts import RoleName
from core.db import db
from core.mail.folder import list_mails
from tests.factories import make_user
from tests.traceability.sensors.device import Sensor, make_sending_sensor, minutes_ago, reading
from traceability.journal.corrections import declare_error
from traceability.journal.models import EpcisEvent
from traceability.sensors.alarms import judge_declared_events
from traceability.sensors.models import SensorAlarm, SensorReading
from traceability.sensors.queries import standings
from traceability.sensors.usecases import WantedRange, acknowledge_alarm, attach_device


def alarms() -> list[SensorAlarm]:
    statement = select(SensorAlarm).order_by(SensorAlarm.opened_at).execution_options(populate_existing=True)
    return list(db.session.scalars(statement))


def test_a_short_warm_spell_is_no_alarm(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    sensor.send(reading(60, 5), reading(50, 12), reading(25, 12), reading(20, 5))
    assert alarms() == []


def test_too_long_out_of_range_opens_an_alarm_and_a_good_reading_closes_it(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    batch = [reading(90, 5), reading(80, 9), reading(60, 14), reading(50, 11)]
    sensor.send(*batch)
    (alarm,) = alarms()
    assert alarm.opened_at == batch[1]["time"]
    assert (alarm.worst, alarm.closed_at) == (14, None)
    assert (alarm.minimum, alarm.maximum) == (2, 8)
    back = reading(40, 7)
    sensor.send(back)
    (alarm,) = alarms()
    assert alarm.closed_at == back["time"]


def test_an_alarm_grows_while_it_goes_on(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    for minutes, value in ((90, 9), (80, 9), (70, 9), (60, 9), (50, 15), (40, 10)):
        sensor.send(reading(minutes, value))
    (alarm,) = alarms()
    assert (alarm.worst, alarm.closed_at) == (15, None)


def test_readings_that_come_late_open_the_alarm_they_would_have_opened(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client)
    sensor.send(reading(10, 5))
    sensor.send(reading(60, 10), reading(90, 5), reading(100, 12), reading(140, 12), reading(150, 5))
    (alarm,) = alarms()
    assert alarm.closed_at is not None
    assert alarm.worst == 12


def test_at_once_means_at_once(client: FlaskClient) -> None:
    sensor = make_sending_sensor(client, humidity=WantedRange(None, 90.0, 0))
    sensor.send(reading(10, 95, "P1"))
    (alarm,) = alarms()
    assert (alarm.measure, alarm.worst) == ("humidity", 95)


def test_members_get_one_mail_an_alarm_in_their_language(
    app: Flask, client: FlaskClient, deliver_outbox: Callable[[], int]
) -> None:
    folder = app.config["MAIL_FOLDER"]
    sensor = make_sending_sensor(client)
    lot = sensor.farm.harvest()
    attach_device(actor=sensor.farm.actor, device_id=sensor.device.id, lot_id=lot.id, attached_from=minutes_ago(200))
    english = make_user(RoleName.PRODUCER_MEMBER, locale="en")
    without_mail = make_user(RoleName.PRODUCER_MEMBER, email=None, phone="+84912345678")
    for user in (english, without_mail):
        db.session.add(ProducerMember(producer_id=sensor.farm.producer.id, user_id=user.id))
    db.session.commit()
    sensor.send(reading(90, 9), reading(50, 14.5))
    while deliver_outbox():
        pass
    sensor.send(reading(40, 15), reading(30, 5))
    while deliver_outbox():
        pass
    recipients = {sensor.farm.user.email, english.email}
    mails = [mail for mail in list_mails(folder) if mail.recipient in recipients]
    assert sorted(mail.recipient for mail in mails) == sorted(map(str, recipients))
    by_recipient = {mail.recipient: mail for mail in mails}
    assert "14,5 °C" in by_recipient[str(sensor.farm.user.email)].subject
    in_english = by_recipient[str(english.email)]
    assert "Alarm" in in_english.subject
    assert "2 to 8\u00a0°C" in in_english.text
    assert lot.lot_number in in_english.text
    assert f"/farm/sensors/{sensor.device.id}" in in_english.text


def test_who_saw_an_alarm_first_stays_named(client: FlaskClient, session: scoped_session[Session]) -> None:
    sensor = make_sending_sensor(client)
    sensor.send(reading(90, 9), reading(50, 14))
    (alarm,) = alarms()
    acknowledge_alarm(actor=sensor.farm.actor, alarm_id=alarm.id)
    second = make_user(RoleName.PRODUCER_MEMBER)
    session.add(ProducerMember(producer_id=sensor.farm.producer.id, user_id=second.id))
    session.flush()
    first = alarm.acknowledged_at
    sensor.farm.signed_in(client)
    assert client.post(f"/farm/sensors/alarms/{alarm.id}/acknowledge").status_code == 303
    assert (alarm.acknowledged_at, alarm.acknowledged_by) == (first, sensor.farm.user.id)


class TestDeclaredWrong:
    """Readings that were declared wrong bear out no alarm."""

    def declare(self, sensor: Sensor, at: datetime, deliver: Callable[[], int]) -> None:
        event = db.session.scalars(
            select(EpcisEvent).join(SensorReading, SensorReading.event_id == EpcisEvent.id).where(
                SensorReading.measured_at == at
            )
        ).one()  # fmt: skip
        declare_error(actor=sensor.farm.actor, event_id=event.event_id, reason="incorrect_data")
        db.session.commit()
        while deliver():
            pass

    def test_the_alarm_says_so_and_closes(
        self, app: Flask, client: FlaskClient, deliver_outbox: Callable[[], int]
    ) -> None:
        sensor = make_sending_sensor(client)
        lot = sensor.farm.harvest()
        attach_device(
            actor=sensor.farm.actor, device_id=sensor.device.id, lot_id=lot.id, attached_from=minutes_ago(200)
        )
        db.session.commit()
        sensor.send(reading(95, 5))
        wrong = reading(90, 30)
        sensor.send(wrong, reading(50, 31))
        self.declare(sensor, wrong["time"], deliver_outbox)
        (alarm,) = alarms()
        assert alarm.withdrawn_at is not None and alarm.closed_at is not None
        assert standings([sensor.device.id])[sensor.device.id].unseen_alarms == 0
        sensor.farm.signed_in(client)
        page = client.get(f"/farm/sensors/{sensor.device.id}").text
        assert "Số đo sai" in page and "Vẫn đang vượt mức" not in page
        assert "Tôi đã xem" not in page
        record = client.get(f"/01/{lot.product.gtin}/10/{lot.lot_number}", headers={"Accept": "text/html"}).text
        assert "chart-good" in record and "chart-alarm" not in record
        # What is out of range later is an alarm of its own, also at the very time of the one withdrawn.
        sensor.send(reading(40, 12), reading(5, 12))
        assert [one.withdrawn_at is None for one in alarms()] == [False, True]

    def test_an_alarm_that_others_bear_out_stays(self, client: FlaskClient, deliver_outbox: Callable[[], int]) -> None:
        sensor = make_sending_sensor(client)
        wrong, first = reading(120, 40), reading(100, 9)
        sensor.send(wrong)
        sensor.send(first, reading(60, 10))
        self.declare(sensor, wrong["time"], deliver_outbox)
        (alarm,) = alarms()
        assert (alarm.opened_at, alarm.worst, alarm.withdrawn_at) == (first["time"], 10, None)

    def test_a_good_reading_that_was_wrong_closes_nothing(
        self, client: FlaskClient, deliver_outbox: Callable[[], int]
    ) -> None:
        sensor = make_sending_sensor(client)
        first, wrong = reading(120, 9), reading(100, 5)
        sensor.send(first)
        sensor.send(wrong)
        sensor.send(reading(80, 11))
        assert alarms() == []
        self.declare(sensor, wrong["time"], deliver_outbox)
        (alarm,) = alarms()
        assert (alarm.opened_at, alarm.closed_at, alarm.worst) == (first["time"], None, 11)

    def test_saying_it_again_changes_nothing(self, client: FlaskClient, deliver_outbox: Callable[[], int]) -> None:
        sensor = make_sending_sensor(client)
        wrong = reading(90, 30)
        sensor.send(wrong, reading(50, 31))
        self.declare(sensor, wrong["time"], deliver_outbox)
        before = [(alarm.withdrawn_at, alarm.closed_at) for alarm in alarms()]
        ids = db.session.scalars(select(EpcisEvent.id).order_by(EpcisEvent.id)).all()
        judge_declared_events(first_id=ids[0], last_id=ids[-1])
        assert [(alarm.withdrawn_at, alarm.closed_at) for alarm in alarms()] == before
