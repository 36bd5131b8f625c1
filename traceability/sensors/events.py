"""News about sensors."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class SensorAlarmOpened:
    """A device measured values out of range for longer than allowed."""

    alarm_id: uuid.UUID
