"""Sensors' part in the news."""

from sqlalchemy.orm import joinedload

from catalog.producers.queries import members_to_mail
from core.db import db
from core.i18n import use_locale
from core.mail import mail_user
from core.web.templating import local_time
from traceability.journal.events import EventsCaptured
from traceability.sensors.alarms import judge_declared_events
from traceability.sensors.events import SensorAlarmOpened
from traceability.sensors.models import SensorAlarm
from traceability.sensors.taking import copy_sensor_events
from traceability.sensors.words import place_of_alarm, range_words, value_words


def copy_captured_readings(event: EventsCaptured) -> None:
    """Put what programs captured about known sensors on their charts; judge anew what was declared wrong.

    Again changes nothing.
    """
    copy_sensor_events(first_id=event.first_id, last_id=event.last_id)
    judge_declared_events(first_id=event.first_id, last_id=event.last_id)


def mail_sensor_alarm(event: SensorAlarmOpened) -> None:
    """Tell the members of the device's producer, once an alarm."""
    alarm = db.session.get(SensorAlarm, event.alarm_id, options=[joinedload(SensorAlarm.device)])
    if alarm is None or alarm.withdrawn_at is not None:
        return
    for member in members_to_mail(alarm.device.producer_id):
        with use_locale(member.locale):
            mail_user(
                member,
                "sensor_alarm",
                device=alarm.device.name,
                beside=place_of_alarm(alarm),
                value=value_words(alarm.measure, alarm.worst),
                range=range_words(alarm.measure, alarm.minimum, alarm.maximum),
                opened=local_time(alarm.opened_at),
                path=f"/farm/sensors/{alarm.device_id}",
            )
