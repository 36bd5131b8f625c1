"""What of readings is believed, and what is an alarm: decided without a database."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from traceability.sensors.models import Measure
from traceability.sensors.rules import (
    GoodRange,
    Reading,
    check_believable,
    check_range,
    check_time,
    excursions,
    kept_value,
)

NOW = datetime(2026, 9, 15, 12, tzinfo=UTC)
COLD = GoodRange(2.0, 8.0)


@pytest.mark.parametrize(
    ("value", "unit", "kept"),
    [
        (4.5, "CEL", (Measure.TEMPERATURE, 4.5)),
        (277.65, "KEL", (Measure.TEMPERATURE, 4.5)),
        (40.1, "FAH", (Measure.TEMPERATURE, 4.5)),
        (-40, "FAH", (Measure.TEMPERATURE, -40.0)),
        (85, "P1", (Measure.HUMIDITY, 85.0)),
        (4.456, "CEL", (Measure.TEMPERATURE, 4.46)),
    ],
)
def test_values_are_kept_in_one_unit(value: float, unit: str, kept: tuple[Measure, float]) -> None:
    assert kept_value(value, unit) == kept


@pytest.mark.parametrize(("value", "unit", "field"), [(4, "KGM", "unit"), (float("nan"), "CEL", "value")])
def test_what_is_no_temperature_or_humidity_is_named(app: Flask, value: float, unit: str, field: str) -> None:
    with app.test_request_context(), pytest.raises(Invalid) as refusal:
        kept_value(value, unit)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("measure", "value"),
    [(Measure.TEMPERATURE, -127.0), (Measure.TEMPERATURE, 85.0), (Measure.HUMIDITY, 100.1), (Measure.HUMIDITY, -1.0)],
)
def test_values_of_broken_sensors_are_not_believed(app: Flask, measure: Measure, value: float) -> None:
    with app.test_request_context(), pytest.raises(Invalid) as refusal:
        check_believable(Reading(measure, NOW, value))
    assert refusal.value.field == "value"


@pytest.mark.parametrize("moment", [NOW + timedelta(minutes=6), NOW - timedelta(days=31, seconds=1)])
def test_clocks_that_are_wrong_are_named(app: Flask, moment: datetime) -> None:
    with app.test_request_context(), pytest.raises(Invalid) as refusal:
        check_time(moment, now=NOW)
    assert refusal.value.field == "time"


@pytest.mark.parametrize("moment", [NOW + timedelta(minutes=5), NOW, NOW - timedelta(days=31)])
def test_clocks_may_differ_a_little(moment: datetime) -> None:
    check_time(moment, now=NOW)


@pytest.mark.parametrize(
    ("minimum", "maximum", "field"),
    [
        (None, None, "temperature_maximum"),
        (8.0, 8.0, "temperature_maximum"),
        (8.0, 2.0, "temperature_maximum"),
        (-500.0, 8.0, "temperature_minimum"),
        (2.0, 500.0, "temperature_maximum"),
    ],
)
def test_ranges_that_make_no_sense(app: Flask, minimum: float | None, maximum: float | None, field: str) -> None:
    with app.test_request_context(), pytest.raises(Invalid) as refusal:
        check_range(minimum, maximum, measure=Measure.TEMPERATURE)
    assert refusal.value.field == field


def readings(*values: float, every: int = 10) -> list[Reading]:
    return [
        Reading(Measure.TEMPERATURE, NOW + timedelta(minutes=every * place), value)
        for place, value in enumerate(values)
    ]


def test_an_excursion_lasts_from_its_first_to_its_last_bad_reading() -> None:
    (found,) = excursions(readings(5, 9, 12, 10, 5, 6), COLD)
    assert (found.began_at, found.last_at) == (NOW + timedelta(minutes=10), NOW + timedelta(minutes=30))
    assert found.ended_at == NOW + timedelta(minutes=40)
    assert found.worst == 12
    assert found.duration == timedelta(minutes=20)


def test_too_cold_is_out_of_range_too_and_the_bounds_are_good() -> None:
    assert excursions(readings(2, 8), COLD) == []
    (found,) = excursions(readings(2, -3, -1, 2), COLD)
    assert found.worst == -3


def test_an_excursion_that_goes_on_has_no_end() -> None:
    (found,) = excursions(readings(5, 9, 9.5), COLD)
    assert found.ended_at is None


def test_a_side_without_a_bound_does_not_matter() -> None:
    assert excursions(readings(-50, 8), GoodRange(None, 8.0)) == []
    assert excursions(readings(2, 70), GoodRange(2.0, None)) == []


@given(st.lists(st.floats(-20, 40)), st.floats(-5, 5), st.floats(6, 20))
def test_every_bad_reading_is_in_exactly_one_excursion(values: list[float], minimum: float, maximum: float) -> None:
    good, given_readings = GoodRange(minimum, maximum), readings(*values)
    found = excursions(given_readings, good)
    for item in given_readings:
        inside = [run for run in found if run.began_at <= item.measured_at <= run.last_at]
        assert len(inside) == (1 if good.distance(item.value) else 0)
    assert all(good.distance(run.worst) > 0 for run in found)
    assert all(run.ended_at is not None for run in found[:-1])
    assert all(a.ended_at is not None and a.ended_at <= b.began_at for a, b in pairwise(found))
