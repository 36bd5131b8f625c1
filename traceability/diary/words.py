"""Names of what the diary keeps as codes, in the reader's language."""

from collections.abc import Mapping
from typing import Any, Final

from core.i18n import current_locale
from traceability.diary.amounts import format_amount, format_decimal
from traceability.diary.calendars import activities, find_calendar
from traceability.diary.entry_forms import WEATHER_NAMES
from traceability.diary.entry_models import Weather
from traceability.diary.forms import CODE_STATUS_NAMES
from traceability.diary.models import PlantingAreaCodeStatus, Plot
from traceability.diary.store_forms import KIND_NAMES
from traceability.diary.store_models import InputKind


def kind_name(kind: InputKind | str) -> str:
    """What an input is for."""
    return str(KIND_NAMES[InputKind(kind)])


def weather_name(weather: Weather | str | None) -> str | None:
    """The weather in a word, or None where nobody noted it."""
    return None if weather is None else str(WEATHER_NAMES[Weather(weather)])


def status_name(status: PlantingAreaCodeStatus | str) -> str:
    """What the issuer says of a planting-area code."""
    return str(CODE_STATUS_NAMES[PlantingAreaCodeStatus(status)])


def activity_name(code: str) -> str:
    """What was done."""
    activity = activities().get(code)
    return code if activity is None else activity.name(current_locale())


def crop_name(plot: Plot) -> str:
    """What grows on the plot; empty where nobody said."""
    calendar = find_calendar(plot.crop)
    return plot.crop or "" if calendar is None else calendar.name(current_locale())


ENTRY_WORDS: Final[Mapping[str, Any]] = {
    "activity_name": activity_name,
    "amount": format_amount,
    "number": format_decimal,
    "weather_names": WEATHER_NAMES,
}
"""What a template needs to show an entry (`traceability/diary/_parts.html`)."""
