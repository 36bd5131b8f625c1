"""Measures, values and ranges in the reader's words."""

from core.i18n import current_locale
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from traceability.sensors.models import Measure, SensorAlarm
from traceability.sensors.queries import find_attachment_at

MEASURE_NAMES = {Measure.TEMPERATURE: _l("Temperature"), Measure.HUMIDITY: _l("Humidity")}
UNIT_SIGNS = {Measure.TEMPERATURE: "°C", Measure.HUMIDITY: "%"}


def number_words(value: float) -> str:
    """`value` with one decimal where it has any, a comma in Vietnamese, and a true minus sign."""
    text = f"{value:.1f}".removesuffix(".0").replace("-", "−")
    return text if current_locale() == "en" else text.replace(".", ",")


def value_words(measure: str, value: float) -> str:
    """A value with its unit: "4,5 °C", "85 %"."""
    return f"{number_words(value)}\u00a0{UNIT_SIGNS[Measure(measure)]}"


def range_words(measure: str, minimum: float | None, maximum: float | None) -> str:
    """What is good, in words: "2 to 8 °C", "at most 8 °C"."""
    if minimum is None:
        return str(_("at most %(value)s", value=value_words(measure, maximum or 0)))
    if maximum is None:
        return str(_("at least %(value)s", value=value_words(measure, minimum)))
    return str(_("%(lowest)s to %(highest)s", lowest=number_words(minimum), highest=value_words(measure, maximum)))


def beside_words(lot_number: str | None, sscc: str | None) -> str:
    """What a device stands beside."""
    if lot_number is not None:
        return str(_("Lot %(number)s", number=lot_number))
    return str(_("Crate %(number)s", number=sscc)) if sscc else ""


def place_of_alarm(alarm: SensorAlarm) -> str:
    """What the device stood beside when `alarm` opened; empty for nothing."""
    attachment = find_attachment_at(alarm.device_id, alarm.opened_at)
    if attachment is None:
        return ""
    return beside_words(attachment.lot.lot_number if attachment.lot else None, attachment.sscc)
