"""Words that people write for units, kinds and weather, in both languages."""

from typing import Final

from traceability.diary.amounts import WRITTEN_UNITS
from traceability.diary.entry_forms import WEATHER_NAMES
from traceability.diary.entry_models import Weather
from traceability.diary.store_forms import KIND_NAMES
from traceability.diary.store_models import InputKind
from traceability.diary_imports.row_reading import Names

_UNIT_WORDS: Final = {
    "kg": ("kg", "kí", "ký", "cân", "kilogam", "kilogram"),
    "g": ("g", "gam", "gr", "gram"),
    "tonne": ("tấn", "tonne", "tonnes", "t"),
    "l": ("l", "lít", "lit", "litre", "liter", "litres"),
    "ml": ("ml", "cc", "mililít", "millilitre"),
    "m3": ("m3", "m³", "khối", "mét khối"),
    "piece": ("cái", "quả", "cây", "con", "túi", "chiếc", "piece", "pieces", "pc"),
}
_KIND_WORDS: Final = {
    InputKind.FERTILISER: ("phân bón", "phân", "fertiliser", "fertilizer"),
    InputKind.PLANT_PROTECTION: (
        "thuốc bảo vệ thực vật",
        "thuốc BVTV",
        "BVTV",
        "thuốc",
        "plant-protection product",
        "plant protection",
        "plant_protection",
        "pesticide",
    ),
    InputKind.MATERIAL: ("vật tư", "vật tư khác", "vật liệu", "material"),
    InputKind.FEED: ("thức ăn", "thức ăn chăn nuôi", "feed"),
}
_WEATHER_WORDS: Final = {
    Weather.SUNNY: ("nắng", "nắng ráo", "sunny"),
    Weather.CLOUDY: ("nhiều mây", "có mây", "mây", "âm u", "râm", "cloudy"),
    Weather.RAIN: ("mưa", "có mưa", "rain", "rainy"),
    Weather.WINDY: ("gió", "có gió", "windy"),
    Weather.HOT: ("nóng", "nắng nóng", "hot"),
    Weather.COLD: ("lạnh", "rét", "cold"),
}


def unit_names() -> Names[str]:
    """The written units by what people call them, and by what pages call them in the reader's language."""
    words = [(word, unit) for unit, several in _UNIT_WORDS.items() for word in several]
    return Names([(str(name), unit) for unit, name in WRITTEN_UNITS.items()] + words)


def kind_names() -> Names[InputKind]:
    """The kinds of inputs likewise."""
    words = [(word, kind) for kind, several in _KIND_WORDS.items() for word in several]
    return Names([(str(name), kind) for kind, name in KIND_NAMES.items()] + words)


def weather_names() -> Names[Weather]:
    """The weather likewise."""
    words = [(word, weather) for weather, several in _WEATHER_WORDS.items() for word in several]
    return Names([(str(name), weather) for weather, name in WEATHER_NAMES.items()] + words)
