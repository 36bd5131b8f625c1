"""What a sensor measured beside a lot, or beside a crate or parcel of it: the charts of its page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from traceability.passport.parts import RecordPart
from traceability.passport.record import TraceRecord
from traceability.sensors.chart import Chart, draw_chart
from traceability.sensors.models import Measure
from traceability.sensors.queries import ReadingSpan
from traceability.sensors.rules import GoodRange


@dataclass(frozen=True, slots=True)
class AlarmSpan:
    """An alarm while the sensor stood beside the lot."""

    measure: str
    worst: float
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Readings:
    """The charts, one a measure, and how many alarms there were meanwhile."""

    charts: Sequence[Chart]
    alarm_count: int


# The newest device only, and nothing that names it: a device's name may say where somebody lives.
_QUERY = """
    WITH beside AS (
        SELECT device_id, coalesce(attached_until, now()) AS until,
               greatest(attached_from, least(attached_until, now()) - interval '90 days') AS since
        FROM sensor_attachments
        WHERE lot_id = lot.id OR sscc IN (
            SELECT substr(parcel.identifier, 24, 18)
            FROM own JOIN epcis_event_identifiers parcel ON parcel.event_id = own.event_id AND parcel.role = 'parent')
        ORDER BY attached_from DESC, id LIMIT 1
    )
    SELECT json_build_object('since', since, 'until', until,
        'alarms', (SELECT json_agg(alarm) FROM (
            SELECT measure, worst, opened_at, closed_at FROM sensor_alarms
            WHERE sensor_alarms.device_id = beside.device_id AND opened_at < until AND withdrawn_at IS NULL
              AND (closed_at IS NULL OR closed_at > since)
            ORDER BY opened_at DESC LIMIT 20) AS alarm),
        'measures', (SELECT json_agg(measured) FROM (
            SELECT measure, minimum, maximum, (
                SELECT json_agg(span ORDER BY span.at) FROM (
                    SELECT date_bin(greatest((until - since) / 72, interval '1 minute'), measured_at, since) AS at,
                           min(value) AS low, avg(value) AS mean, max(value) AS high
                    FROM valid_sensor_readings reading
                    WHERE reading.device_id = beside.device_id AND reading.measure = sensor_ranges.measure
                      AND measured_at >= since AND measured_at < until
                    GROUP BY 1) AS span) AS spans
            FROM sensor_ranges WHERE sensor_ranges.device_id = beside.device_id ORDER BY measure DESC) AS measured))
    FROM beside
"""


def _read(value: Mapping[str, Any], record: TraceRecord) -> Readings | None:
    since, until = datetime.fromisoformat(value["since"]), datetime.fromisoformat(value["until"])
    since = min(since, until - timedelta(hours=1))
    alarms = [_alarm(row) for row in value["alarms"] or ()]
    charts = [
        draw_chart(
            [_span(row) for row in measured["spans"]],
            key=measured["measure"],
            measure=Measure(measured["measure"]),
            good=GoodRange(measured["minimum"], measured["maximum"]),
            since=since,
            until=until,
            alarms=alarms,
        )
        for measured in value["measures"] or ()
        if measured["spans"]
    ]
    return Readings(charts, len(alarms)) if charts else None


def _span(row: Mapping[str, Any]) -> ReadingSpan:
    return ReadingSpan(datetime.fromisoformat(row["at"]), row["low"], row["mean"], row["high"])


def _alarm(row: Mapping[str, Any]) -> AlarmSpan:
    closed = row["closed_at"]
    return AlarmSpan(
        row["measure"],
        row["worst"],
        datetime.fromisoformat(row["opened_at"]),
        datetime.fromisoformat(closed) if closed else None,
    )


READINGS: Final = RecordPart("readings", _QUERY, _read)
