"""Sensor elements of an event as terms and measures to search by (EPCIS 2.0 §7.3.7)."""

from collections.abc import Mapping
from typing import Any, Final

from traceability.epcis.units import in_base_unit
from traceability.epcis.vocabulary import COMPONENTS, MEASUREMENT_TYPES, SENSOR_ALERTS
from traceability.journal.extension_fields import LARGEST_NUMBER, Entries
from traceability.journal.terms import text_value

ELEMENT: Final = "SENSORELEMENT_"
METADATA: Final = "SENSORMETADATA_"
REPORT: Final = "SENSORREPORT_"
SENSOR_ELEMENTS: Final = "sensorElementList"

URI_FIELDS: Final = frozenset(
    [
        "deviceID",
        "deviceMetadata",
        "rawData",
        "dataProcessingMethod",
        "bizRules",
        "microorganism",
        "chemicalSubstance",
        "coordinateReferenceSystem",
        "uriValue",
    ]
)
WORD_FIELDS: Final = {"type": MEASUREMENT_TYPES, "exception": SENSOR_ALERTS, "component": COMPONENTS}
TIME_FIELDS: Final = frozenset({"time", "startTime", "endTime"})
NUMBERS_WITH_UNIT: Final = frozenset({"value", "minValue", "maxValue", "meanValue", "percValue", "sDev"})
DIFFERENCES: Final = frozenset({"sDev"})
_STANDARD: Final = frozenset(
    {*URI_FIELDS, *WORD_FIELDS, *TIME_FIELDS, *NUMBERS_WITH_UNIT}
    | {"percRank", "stringValue", "booleanValue", "hexBinaryValue", "uom", "sensorMetadata", "sensorReport"}
)


def add_sensor_elements(entries: Entries, elements: list[Mapping[str, Any]]) -> None:
    """Everything that queries may ask of the sensor elements of one event."""
    entries.add_field(SENSOR_ELEMENTS)
    for element in elements:
        _add_extensions(entries, element, ELEMENT)
        metadata = element.get("sensorMetadata")
        if metadata:
            _add_attributes(entries, metadata, METADATA)
        for report in element.get("sensorReport") or ():
            _add_attributes(entries, report, REPORT)
            _add_numbers(entries, report)


def sensor_text(name: str, text: str) -> str:
    """The one spelling of the text of a standard sensor attribute."""
    if name in WORD_FIELDS:
        return WORD_FIELDS[name].bare(text)
    if name in URI_FIELDS:
        return text_value(text)
    return text.upper() if name == "hexBinaryValue" else text


def _add_attributes(entries: Entries, attributes: Mapping[str, Any], family: str) -> None:
    for name, value in attributes.items():
        if name in TIME_FIELDS and isinstance(value, str):
            entries.add_field(family + name)
            entries.add_moment(family + name, value)
        elif name not in _STANDARD:
            continue
        elif isinstance(value, str) and name != "uom":
            entries.add_field(family + name)
            entries.add_value(family + name, sensor_text(name, value))
        elif isinstance(value, bool):
            entries.add_field(family + name)
            entries.add_value(family + name, "true" if value else "false")
    _add_extensions(entries, attributes, family)


def _add_numbers(entries: Entries, report: Mapping[str, Any]) -> None:
    unit = report.get("uom")
    for name, number in report.items():
        if name not in NUMBERS_WITH_UNIT or isinstance(number, bool) or not isinstance(number, int | float):
            continue
        if abs(number) > LARGEST_NUMBER:
            continue
        entries.add_field(REPORT + name)
        if isinstance(unit, str):
            converted, base = in_base_unit(number, unit, is_difference=name in DIFFERENCES)
            entries.add_number(f"{name}_{base}", converted)
        else:
            entries.add_number(name, number)
    rank = report.get("percRank")
    if isinstance(rank, int | float) and not isinstance(rank, bool):
        entries.add_number("percRank", rank)


def _add_extensions(entries: Entries, members: Mapping[str, Any], family: str) -> None:
    if not members.keys() <= _STANDARD:
        entries.add_extensions(((name, value) for name, value in members.items() if name not in _STANDARD), family)
