"""Names of what the diary keeps as codes."""

from typing import Final

from core.i18n import current_locale
from core.i18n import lazy_gettext as _l
from traceability.diary.calendars import activities, find_calendar
from traceability.diary.entry_models import Weather
from traceability.diary.models import PlantingAreaCodeStatus, Plot
from traceability.diary.store_models import InputKind

KIND_NAMES: Final = {
    InputKind.FERTILISER: _l("Fertiliser"),
    InputKind.PLANT_PROTECTION: _l("Plant-protection product"),
    InputKind.MATERIAL: _l("Material"),
    InputKind.FEED: _l("Feed"),
}
WEATHER_NAMES: Final = {
    Weather.SUNNY: _l("sunny"),
    Weather.CLOUDY: _l("cloudy"),
    Weather.RAIN: _l("rain"),
    Weather.WINDY: _l("windy"),
    Weather.HOT: _l("hot"),
    Weather.COLD: _l("cold"),
}
_STATUS_NAMES: Final = {
    PlantingAreaCodeStatus.ACTIVE: _l("active"),
    PlantingAreaCodeStatus.SUSPENDED: _l("suspended"),
    PlantingAreaCodeStatus.REVOKED: _l("revoked"),
}


def kind_name(kind: InputKind | str) -> str:
    """What an input is for."""
    return str(KIND_NAMES[InputKind(kind)])


def weather_name(weather: Weather | str | None) -> str | None:
    """The weather in a word, or None where nobody noted it."""
    return None if weather is None else str(WEATHER_NAMES[Weather(weather)])


def status_name(status: PlantingAreaCodeStatus | str) -> str:
    """What the issuer says of a planting-area code."""
    return str(_STATUS_NAMES[PlantingAreaCodeStatus(status)])


def activity_name(code: str) -> str:
    """What was done, in the reader's language."""
    activity = activities().get(code)
    return code if activity is None else activity.name(current_locale())


def crop_name(plot: Plot) -> str:
    """What grows on the plot, in the reader's language; empty where nobody said."""
    calendar = find_calendar(plot.crop)
    return plot.crop or "" if calendar is None else calendar.name(current_locale())
