"""Charts and alarms put together for the pages that show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.db import utc_now
from traceability.lots.models import Lot
from traceability.lots.panels import LotPanel
from traceability.sensors.chart import Chart, draw_chart
from traceability.sensors.models import Measure, SensorAlarm, SensorAttachment, SensorDevice
from traceability.sensors.queries import alarms_during, attachments_beside_lot, reading_spans
from traceability.sensors.rules import GoodRange
from traceability.sensors.words import range_words, value_words

CHARTS_OF_A_LOT: Final = 2
"""Devices whose charts the page of a lot draws: those that came last."""
LONGEST_CHART: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class DeviceCharts:
    """The charts of one device, one a measure."""

    device: SensorDevice
    since: datetime
    until: datetime
    charts: Sequence[Chart]


@dataclass(frozen=True, slots=True)
class LotSensors:
    """What sensors say about a lot: the newest devices' charts, how many devices there were, and the alarms."""

    devices: Sequence[DeviceCharts]
    device_count: int
    alarms: Sequence[SensorAlarm]


def charts_of_device(
    device: SensorDevice, *, since: datetime, until: datetime, alarms: Sequence[SensorAlarm]
) -> DeviceCharts:
    """The charts of `device` from `since` to `until`, one statement each."""
    charts = []
    for item in device.ranges:
        measure = Measure(item.measure)
        charts.append(
            draw_chart(
                reading_spans(device.id, measure, since=since, until=until),
                key=f"{device.id.hex[-12:]}-{measure}",
                measure=measure,
                good=GoodRange(item.minimum, item.maximum),
                since=since,
                until=until,
                alarms=[alarm for alarm in alarms if alarm.device_id == device.id and alarm.withdrawn_at is None],
            )
        )
    return DeviceCharts(device, since, until, charts)


def sensors_beside_lot(lot: Lot, *, now: datetime) -> LotSensors:
    """What sensors say about `lot`, while they stood beside it or beside a crate or parcel of it."""
    attachments = attachments_beside_lot(lot)
    alarms = alarms_during(attachments)
    newest: dict[object, SensorAttachment] = {}
    for attachment in attachments:
        newest.setdefault(attachment.device_id, attachment)
    shown = [
        charts_of_device(attachment.device, since=since, until=until, alarms=alarms)
        for attachment in list(newest.values())[:CHARTS_OF_A_LOT]
        for since, until in [_period(attachment, now)]
    ]
    return LotSensors(shown, len(newest), alarms)


def panel_of_lot(lot: Lot) -> LotPanel | None:
    """The sensors that stood beside `lot`, for its producer's page; None where none ever did."""
    sensors = sensors_beside_lot(lot, now=utc_now())
    if not sensors.device_count:
        return None
    values = {"sensors": sensors, "value_words": value_words, "range_words": range_words}
    return LotPanel("traceability/sensors/_beside_lot.html", values)


def _period(attachment: SensorAttachment, now: datetime) -> tuple[datetime, datetime]:
    until = attachment.attached_until or now
    since = max(attachment.attached_from, until - LONGEST_CHART)
    return min(since, until - timedelta(hours=1)), until
