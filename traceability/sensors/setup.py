"""Wiring of sensors."""

from flask import Flask

from core.outbox import subscribe
from traceability.journal.events import EventsCaptured
from traceability.sensors.events import SensorAlarmOpened
from traceability.sensors.handlers import copy_captured_readings, mail_sensor_alarm


def init_app(app: Flask) -> None:
    """Listen for events with readings, and for alarms."""
    subscribe(EventsCaptured, copy_captured_readings)
    subscribe(SensorAlarmOpened, mail_sensor_alarm)
