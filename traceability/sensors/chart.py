"""A chart of readings as plain geometry, which the template draws as SVG: no script, and no picture to download."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Final, Protocol

from core.i18n import LOCAL_TIME_ZONE, local_day, ngettext
from core.i18n import gettext as _
from core.web.templating import local_date, local_time
from traceability.sensors.models import Measure
from traceability.sensors.queries import ReadingSpan
from traceability.sensors.rules import GoodRange
from traceability.sensors.words import MEASURE_NAMES, number_words, range_words, value_words

WIDTH: Final = 360
HEIGHT: Final = 210
LEFT, RIGHT, TOP, BOTTOM = 38.0, 352.0, 12.0, 178.0
"""The box of the values inside the drawing; labels stand outside of it."""
_STEPS: Final = (0.5, 1, 2, 5, 10, 20, 50)
_MOST_LINES: Final = 5
_SPANS_OF_A_GAP: Final = 3.5
_CLOCK_UP_TO: Final = timedelta(days=3)


class ShownAlarm(Protocol):
    """What the chart needs to know of an alarm."""

    @property
    def measure(self) -> str:
        """What was out of range."""

    @property
    def worst(self) -> float:
        """The value furthest outside."""

    @property
    def opened_at(self) -> datetime:
        """When it began."""

    @property
    def closed_at(self) -> datetime | None:
        """When it was over; None while it goes on."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at a place along an axis, with its label."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Something from `at`, `length` long, with what a reader is told about it."""

    at: float
    length: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of the table that says what the drawing shows."""

    day: str
    low: str
    mean: str
    high: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What to draw: `lines` through the means and `areas` from lowest to highest are SVG paths, the rest is places."""

    key: str
    title: str
    description: str
    lines: Sequence[str]
    areas: Sequence[str]
    dots: Sequence[tuple[float, float]]
    band: Stretch | None
    gaps: Sequence[Stretch]
    alarms: Sequence[Stretch]
    values: Sequence[Mark]
    times: Sequence[Mark]
    days: Sequence[DayRow]


def draw_chart(
    spans: Sequence[ReadingSpan],
    *,
    key: str,
    measure: Measure,
    good: GoodRange,
    since: datetime,
    until: datetime,
    alarms: Iterable[ShownAlarm] = (),
) -> Chart:
    """The chart of `spans` of one measure from `since` to `until`, with the good range and the alarms in it.

    `key` names the chart on its page. Where nothing was measured for long, the line breaks and the gap is shown.
    """
    lowest, highest, step = _scale(spans, good)

    def x(moment: datetime) -> float:
        share = (moment - since) / (until - since)
        return round(LEFT + min(max(share, 0.0), 1.0) * (RIGHT - LEFT), 1)

    def y(value: float) -> float:
        return round(BOTTOM - (min(max(value, lowest), highest) - lowest) / (highest - lowest) * (BOTTOM - TOP), 1)

    runs = _runs(spans)
    top = y(highest if good.maximum is None else good.maximum)
    bottom = y(lowest if good.minimum is None else good.minimum)
    shown = [alarm for alarm in alarms if alarm.measure == measure and _overlaps(alarm, since, until)]
    return Chart(
        key=key,
        title=str(MEASURE_NAMES[measure]),
        description=_description(spans, measure, good, shown, since, until),
        lines=["M" + "L".join(f"{x(span.at)} {y(span.mean)}" for span in run) for run in runs if len(run) > 1],
        areas=[_area(run, x, y) for run in runs if len(run) > 1 and any(span.low != span.high for span in run)],
        dots=[(x(run[0].at), y(run[0].mean)) for run in runs if len(run) == 1],
        band=Stretch(top, round(bottom - top, 1)) if bottom > top else None,
        gaps=[Stretch(x(a[-1].at), round(x(b[0].at) - x(a[-1].at), 1)) for a, b in pairwise(runs)],
        alarms=[_alarm(alarm, x, until) for alarm in shown],
        values=[Mark(y(lowest + step * n), number_words(lowest + step * n)) for n in _lines(lowest, highest, step)],
        times=_times(since, until, x),
        days=_days(spans, measure),
    )


def _scale(spans: Sequence[ReadingSpan], good: GoodRange) -> tuple[float, float, float]:
    """The lowest and highest value drawn, multiples of the step between the lines across."""
    values = [span.low for span in spans] + [span.high for span in spans]
    values += [bound for bound in (good.minimum, good.maximum) if bound is not None]
    least, most = min(values, default=0.0), max(values, default=1.0)
    step = next((step for step in _STEPS if (most - least) / step <= _MOST_LINES - 1), _STEPS[-1])
    lowest = least // step * step
    highest = -(-most // step) * step
    return lowest, highest if highest > lowest else lowest + step, step


def _lines(lowest: float, highest: float, step: float) -> range:
    return range(round((highest - lowest) / step) + 1)


def _runs(spans: Sequence[ReadingSpan]) -> list[list[ReadingSpan]]:
    """The spans, broken where the pause is several times longer than usual."""
    if not spans:
        return []
    pauses = [(b.at - a.at).total_seconds() for a, b in pairwise(spans)]
    longest = _SPANS_OF_A_GAP * median(pauses) if pauses else 0.0
    runs = [[spans[0]]]
    for pause, span in zip(pauses, spans[1:], strict=True):
        if pause > longest:
            runs.append([])
        runs[-1].append(span)
    return runs


def _area(run: Sequence[ReadingSpan], x: Callable[[datetime], float], y: Callable[[float], float]) -> str:
    above = [f"{x(span.at)} {y(span.high)}" for span in run]
    below = [f"{x(span.at)} {y(span.low)}" for span in reversed(run)]
    return "M" + "L".join([*above, *below]) + "Z"


def _overlaps(alarm: ShownAlarm, since: datetime, until: datetime) -> bool:
    return alarm.opened_at < until and (alarm.closed_at is None or alarm.closed_at > since)


def _alarm(alarm: ShownAlarm, x: Callable[[datetime], float], until: datetime) -> Stretch:
    begin, end = x(alarm.opened_at), x(alarm.closed_at or until)
    label = _(
        "Alarm: %(value)s, since %(time)s",
        value=value_words(alarm.measure, alarm.worst),
        time=local_time(alarm.opened_at),
    )
    return Stretch(begin, max(round(end - begin, 1), 2.0), str(label))


def _times(since: datetime, until: datetime, x: Callable[[datetime], float]) -> list[Mark]:
    span = until - since
    form = "%H:%M" if span <= _CLOCK_UP_TO else "%d/%m"
    moments = [since + span * share for share in (0.08, 0.36, 0.64, 0.92)]
    return [Mark(x(moment), f"{moment.astimezone(LOCAL_TIME_ZONE):{form}}") for moment in moments]


def _days(spans: Sequence[ReadingSpan], measure: Measure) -> list[DayRow]:
    by_day: dict[date, list[ReadingSpan]] = {}
    for span in spans:
        by_day.setdefault(local_day(span.at), []).append(span)
    return [
        DayRow(
            local_date(day),
            value_words(measure, min(span.low for span in group)),
            value_words(measure, sum(span.mean for span in group) / len(group)),
            value_words(measure, max(span.high for span in group)),
        )
        for day, group in sorted(by_day.items(), reverse=True)
    ]


def _description(
    spans: Sequence[ReadingSpan],
    measure: Measure,
    good: GoodRange,
    alarms: Sequence[ShownAlarm],
    since: datetime,
    until: datetime,
) -> str:
    """The chart in a few sentences, for whoever does not see it."""
    if not spans:
        return str(
            _("Nothing was measured from %(since)s to %(until)s.", since=local_date(since), until=local_date(until))
        )
    measured = _(
        "From %(since)s to %(until)s: lowest %(low)s, highest %(high)s; good is %(range)s.",
        since=local_time(spans[0].at),
        until=local_time(spans[-1].at),
        low=value_words(measure, min(span.low for span in spans)),
        high=value_words(measure, max(span.high for span in spans)),
        range=range_words(measure, good.minimum, good.maximum),
    )
    counted = ngettext("%(num)s alarm.", "%(num)s alarms.", len(alarms)) if alarms else _("No alarm.")
    return f"{measured} {counted}"
