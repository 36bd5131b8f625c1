"""The rows of the tables of sensors, and of what the journal keeps of their events to be searched by."""

from datetime import datetime
from typing import NamedTuple


class SensorDeviceRow(NamedTuple):
    """A row of `sensor_devices`."""

    id: str
    producer_id: str
    giai: str
    name: str
    serial: str | None
    token_id: str | None
    created_by: str | None
    created_at: datetime


class SensorRangeRow(NamedTuple):
    """A row of `sensor_ranges`."""

    device_id: str
    measure: str
    minimum: float | None
    maximum: float | None
    minutes_allowed: int


class SensorAttachmentRow(NamedTuple):
    """A row of `sensor_attachments`."""

    id: str
    device_id: str
    lot_id: str | None
    sscc: str | None
    attached_from: datetime
    attached_until: datetime | None
    attached_by: str | None


class SensorReadingRow(NamedTuple):
    """A row of `sensor_readings`."""

    device_id: str
    measure: str
    measured_at: datetime
    value: float
    event_id: str


class SensorAlarmRow(NamedTuple):
    """A row of `sensor_alarms`."""

    id: str
    device_id: str
    measure: str
    minimum: float | None
    maximum: float | None
    worst: float
    opened_at: datetime
    noticed_at: datetime
    closed_at: datetime | None
    withdrawn_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None


class EventMeasureRow(NamedTuple):
    """A row of `epcis_event_measures`."""

    event_id: str
    position: int
    name: str
    number: float | None
    moment: datetime | None
