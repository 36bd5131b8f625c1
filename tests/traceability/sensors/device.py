"""A farm with a sensor that sends readings, for the tests of this folder."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.db import db, utc_now
from tests.traceability.farm import Farm, make_farm
from traceability.sensors.models import Measure, SensorDevice
from traceability.sensors.usecases import WantedRange, register_device

COLD = {Measure.TEMPERATURE: WantedRange(2.0, 8.0, 30)}


def minutes_ago(minutes: float) -> datetime:
    """So many minutes before now, without a fraction of a second."""
    return (utc_now() - timedelta(minutes=minutes)).replace(microsecond=0)


def reading(minutes: float, value: float, unit: str = "CEL") -> dict[str, Any]:
    """A reading from so many minutes ago, as use cases take it."""
    return {"time": minutes_ago(minutes), "value": value, "unit": unit}


@dataclass
class Sensor:
    """A device of a farm with its token."""

    farm: Farm
    device: SensorDevice
    secret: str
    client: FlaskClient

    def send(self, *readings: dict[str, Any], secret: str | None = None, **fields: Any) -> TestResponse:
        """Post these readings; times may be aware datetimes."""
        body = {"readings": [_as_json(item) for item in readings], **fields}
        return self.client.post(
            "/api/v1/sensors/readings",
            json=body,
            headers={"Authorization": f"Bearer {secret or self.secret}"},
        )


def _as_json(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in given.items()}


def make_sending_sensor(client: FlaskClient, farm: Farm | None = None, **ranges: WantedRange) -> Sensor:
    """A thermometer that may send; `ranges` by measure replace its range of 2 to 8 °C."""
    farm = farm or make_farm()
    issued = register_device(
        actor=farm.actor,
        producer_id=farm.producer.id,
        name="Kho lạnh (mẫu)",
        serial="T-100",
        ranges={Measure(measure): wanted for measure, wanted in ranges.items()} or COLD,
    )
    db.session.commit()
    return Sensor(farm, issued.device, issued.secret, client)
