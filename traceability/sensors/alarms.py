"""Alarms: opened, extended and closed by what readings say, and withdrawn when those were wrong."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select, text

from core.db import db, utc_now
from core.outbox import publish
from traceability.sensors.events import SensorAlarmOpened
from traceability.sensors.models import Measure, SensorAlarm, SensorDevice, SensorRange
from traceability.sensors.rules import Excursion, GoodRange, Reading, excursions


def good_range(limits: SensorRange | SensorAlarm) -> GoodRange:
    """What is good by a device's settings now, or was good when an alarm opened."""
    return GoodRange(limits.minimum, limits.maximum)


def judge_readings(device: SensorDevice, fresh: Sequence[Reading], *, corrected: Sequence[Reading] = ()) -> None:
    """Open, extend and close alarms by what the `fresh` readings say, also where they came late.

    Those among them that are `corrected` take the place of another value: alarms that rested on it are judged anew.
    """
    for measure in {reading.measure for reading in corrected}:
        moments = [reading.measured_at for reading in corrected if reading.measure == measure]
        _judge_anew(device, measure, min(moments), max(moments))
    for item in device.ranges:
        moments = [reading.measured_at for reading in fresh if reading.measure == item.measure]
        if moments:
            _judge(device, item, min(moments))


def judge_declared_events(*, first_id: uuid.UUID, last_id: uuid.UUID) -> None:
    """Judge anew what rests on readings that the declarations in this range of ids call wrong.

    An alarm that the other readings do not bear out is withdrawn. Again changes nothing.
    """
    spans = db.session.execute(_DECLARED_WRONG, {"first_id": first_id, "last_id": last_id}).all()
    for device_id, measure, since, until in spans:
        device = db.session.get_one(SensorDevice, device_id, with_for_update=True)
        _judge_anew(device, measure, since, until)


_DECLARED_WRONG: Final = text(
    """
    SELECT reading.device_id, reading.measure, min(reading.measured_at), max(reading.measured_at)
    FROM epcis_events declared
    JOIN epcis_events original ON original.event_id = declared.event_id AND original.error_declared_at IS NULL
    JOIN sensor_readings reading ON reading.event_id = original.id
    WHERE declared.id BETWEEN :first_id AND :last_id AND declared.error_declared_at IS NOT NULL
      AND declared.payload->'sensorElementList' IS NOT NULL
    GROUP BY 1, 2 ORDER BY 1, 2
    """
)


def _judge_anew(device: SensorDevice, measure: str, since: datetime, until: datetime) -> None:
    """Hold the alarms of this time against the readings that are valid now, then judge from `since` on."""
    item = next((item for item in device.ranges if item.measure == measure), None)
    minutes_allowed = item.minutes_allowed if item else 0
    for alarm in _alarms_between(device, measure, since, until):
        _hold_against_readings(device, alarm, minutes_allowed=minutes_allowed)
    if item is not None:
        _judge(device, item, since)


def _alarms_between(device: SensorDevice, measure: str, since: datetime, until: datetime) -> list[SensorAlarm]:
    statement = (
        select(SensorAlarm)
        .where(
            SensorAlarm.device_id == device.id,
            SensorAlarm.measure == measure,
            SensorAlarm.withdrawn_at.is_(None),
            SensorAlarm.opened_at <= until,
            or_(SensorAlarm.closed_at.is_(None), SensorAlarm.closed_at >= since),
        )
        .order_by(SensorAlarm.opened_at)
    )
    return list(db.session.scalars(statement))


def _hold_against_readings(device: SensorDevice, alarm: SensorAlarm, *, minutes_allowed: int) -> None:
    """Let an alarm follow the readings that are left, by the range that was good then, or withdraw it."""
    found = _long_excursions(
        device, Measure(alarm.measure), good_range(alarm), alarm.opened_at, minutes_allowed=minutes_allowed
    )
    borne_out = next((excursion for excursion in found if _is_about(alarm, excursion)), None)
    if borne_out is not None:
        _follow(alarm, borne_out)
    else:
        _withdraw(alarm)


def _is_about(alarm: SensorAlarm, excursion: Excursion) -> bool:
    began_before = alarm.closed_at is None or excursion.began_at < alarm.closed_at
    return began_before and excursion.last_at >= alarm.opened_at


def _withdraw(alarm: SensorAlarm) -> None:
    now = utc_now()
    alarm.withdrawn_at = now
    # A device's clock may be a little ahead of ours.
    alarm.closed_at = alarm.closed_at or max(now, alarm.opened_at + timedelta(seconds=1))
    db.session.flush()


def _judge(device: SensorDevice, item: SensorRange, since: datetime) -> None:
    measure = Measure(item.measure)
    for excursion in _long_excursions(device, measure, good_range(item), since, minutes_allowed=item.minutes_allowed):
        _raise_alarm(device, item, excursion)


def _long_excursions(
    device: SensorDevice, measure: Measure, good: GoodRange, since: datetime, *, minutes_allowed: int
) -> list[Excursion]:
    """The runs outside `good` from `since` on, or under way then, that were not too short to matter."""
    found = excursions(_readings_around(device, measure, good, since), good)
    return [excursion for excursion in found if excursion.duration >= timedelta(minutes=minutes_allowed)]


_LAST_GOOD: Final = """
    SELECT measured_at FROM valid_sensor_readings
    WHERE device_id = :device_id AND measure = :measure AND measured_at < :since
      AND measured_at >= :since - {back}
      AND value >= coalesce(:minimum, '-infinity'::float8) AND value <= coalesce(:maximum, 'infinity'::float8)
    ORDER BY measured_at DESC LIMIT 1
"""
# A day back is where it is found nearly always; all that was ever measured is only looked through when it is not.
_AROUND: Final = text(
    f"""
    SELECT measured_at, value FROM valid_sensor_readings
    WHERE device_id = :device_id AND measure = :measure AND measured_at >= coalesce(
        ({_LAST_GOOD.format(back="interval '1 day'")}), ({_LAST_GOOD.format(back="interval '100 years'")}),
        '-infinity'::timestamptz)
    ORDER BY measured_at
    """  # noqa: S608 (both parts are constants)
)


def _readings_around(device: SensorDevice, measure: Measure, good: GoodRange, since: datetime) -> list[Reading]:
    """The readings from the last good one before `since` on, so that a run that was under way is seen whole.

    Readings that were corrected, or whose events were declared wrong, are left out.
    """
    rows = db.session.execute(
        _AROUND,
        {
            "device_id": device.id,
            "measure": measure,
            "since": since,
            "minimum": good.minimum,
            "maximum": good.maximum,
        },
    )
    return [Reading(measure, moment, value) for moment, value in rows]


def _raise_alarm(device: SensorDevice, item: SensorRange, excursion: Excursion) -> None:
    statement = (
        select(SensorAlarm)
        .where(
            SensorAlarm.device_id == device.id,
            SensorAlarm.measure == item.measure,
            SensorAlarm.withdrawn_at.is_(None),
            SensorAlarm.opened_at <= excursion.last_at,
            or_(SensorAlarm.closed_at.is_(None), SensorAlarm.closed_at > excursion.began_at),
        )
        .order_by(SensorAlarm.opened_at)
        .limit(1)
    )
    alarm = db.session.scalar(statement)
    if alarm is not None:
        _follow(alarm, excursion)
        return
    alarm = SensorAlarm(
        device=device,
        measure=item.measure,
        minimum=item.minimum,
        maximum=item.maximum,
        worst=excursion.worst,
        opened_at=excursion.began_at,
        closed_at=excursion.ended_at,
    )
    db.session.add(alarm)
    db.session.flush()
    publish(SensorAlarmOpened(alarm.id))


def _follow(alarm: SensorAlarm, excursion: Excursion) -> None:
    alarm.opened_at, alarm.closed_at = excursion.began_at, excursion.ended_at
    alarm.worst = excursion.worst
    db.session.flush()
