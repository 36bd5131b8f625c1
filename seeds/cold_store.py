"""The cold store of the demo packing house: its sensor, a day of readings, and an alarm that is over.

The readings come as the device would have sent them, four batches a day, each an event of the journal; the alarm is
what the rules of sensors say of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from math import pi, sin
from random import Random
from typing import Final

from seeds.copying import copy_rows
from seeds.events import EventSource, identifier_rows
from seeds.identifiers import KeySource, readable_code
from seeds.lot_rows import LotRow
from seeds.planting import Planting
from seeds.rows import EventIdentifierRow, EventRow, ProducerRow
from seeds.seasons import local_moment
from seeds.sensor_rows import (
    EventMeasureRow,
    SensorAlarmRow,
    SensorAttachmentRow,
    SensorDeviceRow,
    SensorRangeRow,
    SensorReadingRow,
)
from traceability.epcis.contexts import namespaces
from traceability.gs1.links import asset_uri, lot_uri
from traceability.journal.indexing import index_event
from traceability.journal.issuer import company_prefix
from traceability.sensors.models import Measure
from traceability.sensors.reports import event_of_readings
from traceability.sensors.rules import GoodRange, Reading, excursions

GOOD: Final = {Measure.TEMPERATURE: GoodRange(8.0, 12.0), Measure.HUMIDITY: GoodRange(80.0, 95.0)}
"""What pomelos keep well in."""
MINUTES_ALLOWED: Final = 60
_READING_MINUTES: Final = 30
_BATCHES: Final = 4
_DOOR_OPEN: Final = range(27, 31)
"""The readings, counted from midnight, while the door stood open: 13:30 to 15:00."""


@dataclass
class ColdStore:
    """The cold store of `producer`, in which `lot` of the product with this GTIN lies."""

    planting: Planting
    producer: ProducerRow
    lot: LotRow
    gtin: str
    events: list[EventRow] = field(default_factory=list)
    readings: list[SensorReadingRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        # A generator of its own, so that everything else stays as it was before there were sensors.
        self._random = Random(f"sensor {self.producer.slug} {self.planting.today:%Y-%m-%d}")
        self._keys = KeySource(self._random)
        self._source = EventSource(self.planting.events.site_url, self._keys)

    def fill(self) -> None:
        """Write the device, where it stands, yesterday's readings and their alarm."""
        founded = self.planting.founded_at
        put_up_at = local_moment(self.planting.today - timedelta(days=2), 16)
        device = SensorDeviceRow(
            id=self._keys.key(founded),
            producer_id=self.producer.id,
            giai=company_prefix() + readable_code(self._random, 12),
            name="Kho lạnh, vách sau (mẫu)",
            serial="KL-01",
            token_id=None,
            created_by=None,
            created_at=founded,
        )
        beside = SensorAttachmentRow(
            id=self._keys.key(put_up_at),
            device_id=device.id,
            lot_id=self.lot.id,
            sscc=None,
            attached_from=put_up_at,
            attached_until=None,
            attached_by=None,
        )
        measured = self._yesterday()
        size = len(measured) // _BATCHES
        batches = [measured[begin : begin + size] for begin in range(0, len(measured), size)]
        for batch in batches:
            self._take_in(device, batch)
        copy_rows(EventRow, self.events)
        copy_rows(EventIdentifierRow, chain.from_iterable(map(identifier_rows, self.events)))
        copy_rows(EventMeasureRow, chain.from_iterable(map(_measure_rows, self.events)))
        copy_rows(SensorDeviceRow, [device])
        copy_rows(
            SensorRangeRow,
            [
                SensorRangeRow(device.id, str(measure), good.minimum, good.maximum, MINUTES_ALLOWED)
                for measure, good in GOOD.items()
            ],
        )
        copy_rows(SensorAttachmentRow, [beside])
        copy_rows(SensorReadingRow, self.readings)
        copy_rows(SensorAlarmRow, self._alarms(device, measured))

    def _yesterday(self) -> list[Reading]:
        """A value of each measure every half hour; the compressor comes and goes, and once the door stands open."""
        midnight = local_moment(self.planting.today - timedelta(days=1), 0)
        measured = []
        for step in range(24 * 60 // _READING_MINUTES):
            at = midnight + timedelta(minutes=_READING_MINUTES * step)
            warmer = 4.2 if step in _DOOR_OPEN else 0
            degrees = 10 + 0.9 * sin(2 * pi * step / 7) + self._random.uniform(-0.4, 0.4) + warmer
            percent = 88 + 2 * sin(2 * pi * step / 11) + self._random.uniform(-1, 1) - 0.8 * warmer
            measured.append(Reading(Measure.TEMPERATURE, at, round(degrees, 1)))
            measured.append(Reading(Measure.HUMIDITY, at, round(percent, 1)))
        return measured

    def _take_in(self, device: SensorDeviceRow, readings: list[Reading]) -> None:
        sent_at = readings[-1].measured_at
        event = event_of_readings(
            readings,
            device_uri=asset_uri(self._source.site_url, device.giai),
            good=GOOD,
            lot_uri=lot_uri(self._source.site_url, self.gtin, self.lot.lot_number),
        )
        row = self._source.row(event, sent_at)._replace(producer_id=self.producer.id)
        self.events.append(row)
        self.readings += [
            SensorReadingRow(device.id, str(reading.measure), reading.measured_at, reading.value, row.id)
            for reading in readings
        ]

    def _alarms(self, device: SensorDeviceRow, measured: list[Reading]) -> list[SensorAlarmRow]:
        return [
            SensorAlarmRow(
                id=self._keys.key(excursion.last_at),
                device_id=device.id,
                measure=str(measure),
                minimum=good.minimum,
                maximum=good.maximum,
                worst=excursion.worst,
                opened_at=excursion.began_at,
                noticed_at=self._arrival_of(excursion.last_at),
                closed_at=excursion.ended_at,
                withdrawn_at=None,
                acknowledged_at=None,
                acknowledged_by=None,
            )
            for measure, good in GOOD.items()
            for excursion in excursions([reading for reading in measured if reading.measure is measure], good)
            if excursion.duration >= timedelta(minutes=MINUTES_ALLOWED)
        ]

    def _arrival_of(self, moment: datetime) -> datetime:
        """When the batch with the reading of that moment came."""
        return min(event.record_time for event in self.events if event.record_time >= moment)


def _measure_rows(event: EventRow) -> Iterator[EventMeasureRow]:
    for position, measure in enumerate(index_event(event.payload, namespaces()).measures):
        number = None if measure.number is None else float(measure.number)
        yield EventMeasureRow(event.id, position, measure.name, number, measure.moment)
