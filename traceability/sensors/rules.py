"""Decisions about readings, without any I/O: what can be believed, in which unit, and what is an alarm."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from core.errors import Invalid
from core.i18n import gettext as _
from traceability.journal.preparing import AHEAD_OF_OUR_CLOCK
from traceability.sensors.models import Measure

MOST_READINGS: Final = 1000
"""Of one batch."""
OLDEST_READING: Final = timedelta(days=31)
"""How long a device may have been without a connection."""
LONGEST_ALLOWED_MINUTES: Final = 7 * 24 * 60

UNITS: Final = {
    "CEL": Measure.TEMPERATURE,
    "FAH": Measure.TEMPERATURE,
    "KEL": Measure.TEMPERATURE,
    "P1": Measure.HUMIDITY,
}
"""The codes of UN/CEFACT Recommendation 20 that readings come in, and what they measure."""
KEPT_UNITS: Final = {Measure.TEMPERATURE: "CEL", Measure.HUMIDITY: "P1"}
EPCIS_TYPES: Final = {Measure.TEMPERATURE: "Temperature", Measure.HUMIDITY: "RelativeHumidity"}
"""The measurement types of CBV 2.0 §7.7."""

BELIEVABLE: Final = {Measure.TEMPERATURE: (-90.0, 80.0), Measure.HUMIDITY: (0.0, 100.0)}
"""Anything else is a broken sensor: one of a common make says -127 when its wire is cut, and 85 before it measured."""

_KEPT_DECIMALS: Final = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """One value at one time, in the unit that its measure is kept in."""

    measure: Measure
    measured_at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class GoodRange:
    """From `minimum` to `maximum`, both good; None where a side does not matter."""

    minimum: float | None
    maximum: float | None

    def distance(self, value: float) -> float:
        """How far `value` is outside; 0 inside."""
        if self.minimum is not None and value < self.minimum:
            return self.minimum - value
        if self.maximum is not None and value > self.maximum:
            return value - self.maximum
        return 0.0


@dataclass(frozen=True, slots=True)
class Excursion:
    """A run of readings outside the range: from the first to the last one, and the first good one after it, if any."""

    began_at: datetime
    last_at: datetime
    ended_at: datetime | None
    worst: float

    @property
    def duration(self) -> timedelta:
        """How long it certainly was outside: what nobody measured does not count."""
        return self.last_at - self.began_at


def kept_value(value: float, unit: str) -> tuple[Measure, float]:
    """The measure of a value in `unit`, and the value in the unit that is kept; raises Invalid for `unit`."""
    measure = UNITS.get(unit)
    if measure is None:
        raise Invalid(_("The unit is CEL, FAH or KEL for temperatures, P1 for percent of humidity."), field="unit")
    if not math.isfinite(value):
        raise Invalid(_("This is no number."), field="value")
    number = Decimal(repr(value))
    if unit == "KEL":
        number -= Decimal("273.15")
    elif unit == "FAH":
        number = (number - 32) * 5 / 9
    return measure, float(round(number, _KEPT_DECIMALS))


def check_believable(reading: Reading) -> None:
    """Raises Invalid for a `value` that no working sensor gives."""
    lowest, highest = BELIEVABLE[reading.measure]
    if not lowest <= reading.value <= highest:
        raise Invalid(
            _(
                "%(value)s is no value that a working sensor gives: expected is %(lowest)s to %(highest)s.",
                value=f"{reading.value:g}",
                lowest=f"{lowest:g}",
                highest=f"{highest:g}",
            ),
            field="value",
        )


def check_time(measured_at: datetime, *, now: datetime) -> None:
    """Raises Invalid for a `time` from the future, or so long ago that the clock must be wrong."""
    ahead = measured_at - now
    if ahead > AHEAD_OF_OUR_CLOCK:
        minutes = math.ceil(ahead.total_seconds() / 60)
        raise Invalid(
            _("This time is %(minutes)s minutes ahead: set the clock of the device.", minutes=minutes), field="time"
        )
    if -ahead > OLDEST_READING:
        raise Invalid(
            _("This time is more than %(days)s days ago: set the clock of the device.", days=OLDEST_READING.days),
            field="time",
        )


def check_range(minimum: float | None, maximum: float | None, *, measure: Measure) -> None:
    """At least one bound, in order, that a sensor could measure; raises Invalid for `{measure}_minimum` or so."""
    if minimum is None and maximum is None:
        raise Invalid(_("Give the lowest or the highest good value, or both."), field=f"{measure}_maximum")
    lowest, highest = BELIEVABLE[measure]
    for side, bound in (("minimum", minimum), ("maximum", maximum)):
        if bound is not None and not lowest <= bound <= highest:
            raise Invalid(
                _("Enter a value from %(lowest)s to %(highest)s.", lowest=f"{lowest:g}", highest=f"{highest:g}"),
                field=f"{measure}_{side}",
            )
    if minimum is not None and maximum is not None and minimum >= maximum:
        raise Invalid(_("The highest good value must be above the lowest one."), field=f"{measure}_maximum")


def excursions(readings: Iterable[Reading], good: GoodRange) -> list[Excursion]:
    """The runs outside `good` in `readings` of one measure, which come in the order of their times."""
    found: list[Excursion] = []
    running: Excursion | None = None
    for reading in readings:
        distance = good.distance(reading.value)
        if distance == 0:
            if running is not None:
                found.append(Excursion(running.began_at, running.last_at, reading.measured_at, running.worst))
                running = None
        elif running is None:
            running = Excursion(reading.measured_at, reading.measured_at, None, reading.value)
        else:
            worse = distance > good.distance(running.worst)
            running = Excursion(running.began_at, reading.measured_at, None, reading.value if worse else running.worst)
    return [*found, running] if running is not None else found
