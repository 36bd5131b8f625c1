"""Wiring of sensors."""

from flask import Flask

from core.outbox import subscribe
from traceability.journal.events import EventsCaptured
from traceability.lots.panels import register_lot_panel
from traceability.sensors.events import SensorAlarmOpened
from traceability.sensors.handlers import copy_captured_readings, mail_sensor_alarm
from traceability.sensors.panels import panel_of_lot


def init_app(app: Flask) -> None:
    """Listen for events with readings, and for alarms; show the sensors beside a lot on its page."""
    subscribe(EventsCaptured, copy_captured_readings)
    subscribe(SensorAlarmOpened, mail_sensor_alarm)
    register_lot_panel("sensors", panel_of_lot)
