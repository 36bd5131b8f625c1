"""Names of what the diary keeps as codes."""

from typing import Final

from core.i18n import lazy_gettext as _l
from traceability.diary.entry_models import Weather
from traceability.diary.models import PlantingAreaCodeStatus
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
