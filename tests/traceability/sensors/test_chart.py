"""The geometry of a chart: everything inside its box, gaps and alarms where they belong, and the same in words."""

import re
from datetime import UTC, datetime, timedelta

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from traceability.sensors.chart import BOTTOM, LEFT, RIGHT, TOP, Chart, draw_chart
from traceability.sensors.models import Measure, SensorAlarm
from traceability.sensors.queries import ReadingSpan
from traceability.sensors.rules import GoodRange

SINCE = datetime(2026, 9, 15, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=1)
COLD = GoodRange(2.0, 8.0)


def span(hour: float, mean: float, *, low: float | None = None, high: float | None = None) -> ReadingSpan:
    return ReadingSpan(
        SINCE + timedelta(hours=hour), mean if low is None else low, mean, mean if high is None else high
    )


def chart_of(*spans: ReadingSpan, alarms: tuple[SensorAlarm, ...] = (), good: GoodRange = COLD) -> Chart:
    return draw_chart(spans, key="k", measure=Measure.TEMPERATURE, good=good, since=SINCE, until=UNTIL, alarms=alarms)


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"([-0-9.]+) ([-0-9.]+)", path)]


def test_a_pause_breaks_the_line(app: Flask) -> None:
    with app.test_request_context():
        chart = chart_of(*[span(hour, 5) for hour in (1, 2, 3, 4, 12, 13, 14)])
    assert len(chart.lines) == 2
    (gap,) = chart.gaps
    assert gap.length > (RIGHT - LEFT) / 4
    assert chart.areas == []


def test_the_good_range_lies_between_its_bounds(app: Flask) -> None:
    with app.test_request_context():
        chart = chart_of(span(1, 2), span(2, 8))
    (low, high) = points(chart.lines[0])
    assert chart.band is not None
    assert chart.band.at == high[1]
    assert round(chart.band.at + chart.band.length, 1) == low[1]


def test_an_open_side_reaches_the_edge(app: Flask) -> None:
    with app.test_request_context():
        chart = chart_of(span(1, 5), span(2, 12), good=GoodRange(None, 8.0))
    assert chart.band is not None
    assert round(chart.band.at + chart.band.length, 1) == BOTTOM


def test_alarms_of_the_measure_and_the_period_are_marked(app: Flask) -> None:
    def alarm(measure: str, begin: float, end: float | None) -> SensorAlarm:
        return SensorAlarm(
            measure=measure,
            worst=12.5,
            opened_at=SINCE + timedelta(hours=begin),
            closed_at=None if end is None else SINCE + timedelta(hours=end),
        )

    shown, still_open = alarm("temperature", 6, 12), alarm("temperature", 20, None)
    others = alarm("humidity", 1, 2), alarm("temperature", -5, -1), alarm("temperature", 30, 31)
    with app.test_request_context():
        chart = chart_of(span(1, 5), span(2, 6), alarms=(shown, still_open, *others))
    first, second = chart.alarms
    assert (first.at, first.length) == (LEFT + (RIGHT - LEFT) / 4, (RIGHT - LEFT) / 4)
    assert round(second.at + second.length, 1) == RIGHT
    assert "12,5\u00a0°C" in first.label
    assert "2 lần cảnh báo" in chart.description


def test_the_table_has_a_row_for_each_day_in_vietnam(app: Flask) -> None:
    with app.test_request_context():
        chart = chart_of(span(16, 4, low=3, high=9), span(16.5, 6), span(17, -1))
    assert [(row.day, row.low, row.mean, row.high) for row in chart.days] == [
        ("16/09/2026", "−1\u00a0°C", "−1\u00a0°C", "−1\u00a0°C"),
        ("15/09/2026", "3\u00a0°C", "5\u00a0°C", "9\u00a0°C"),
    ]


def test_a_chart_of_nothing_says_so(app: Flask) -> None:
    with app.test_request_context():
        chart = chart_of()
    assert (chart.lines, chart.dots, chart.days) == ([], [], [])
    assert "Không có số đo" in chart.description


@given(
    st.lists(st.tuples(st.floats(0, 23.9), st.floats(-90, 80)), max_size=30, unique_by=lambda item: item[0]),
    st.floats(-50, 0),
    st.floats(1, 60),
)
def test_everything_lies_inside_the_box(
    app: Flask, values: list[tuple[float, float]], minimum: float, maximum: float
) -> None:
    with app.test_request_context():
        chart = chart_of(*[span(*item) for item in sorted(values)], good=GoodRange(minimum, maximum))
    drawn = [place for path in (*chart.lines, *chart.areas) for place in points(path)]
    assert len(drawn) + len(chart.dots) == len(values)
    for x, y in (*drawn, *chart.dots):
        assert LEFT <= x <= RIGHT
        assert TOP <= y <= BOTTOM
    assert 2 <= len(chart.values) <= 8
    assert all(TOP <= mark.at <= BOTTOM for mark in chart.values)
