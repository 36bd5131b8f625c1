"""The parts that events and documents share, as the official JSON Schema of EPCIS 2.0 has them."""

import re
from typing import Any, Final

from traceability.epcis.errors import Problem
from traceability.epcis.validation.checks import (
    GOOD,
    Check,
    Others,
    Problems,
    anything,
    boolean,
    by_type,
    list_of,
    number,
    pattern,
    record,
    text,
    text_or_number,
    time,
    uri,
    word,
)
from traceability.epcis.vocabulary import (
    BUSINESS_STEPS,
    BUSINESS_TRANSACTION_TYPES,
    COMPONENTS,
    DISPOSITIONS,
    ERROR_REASONS,
    MEASUREMENT_TYPES,
    SENSOR_ALERTS,
    SOURCE_DESTINATION_TYPES,
    Vocabulary,
)
from traceability.gs1.errors import N_

_CBV: Final = ("urn:epcglobal:cbv", "http://ns.gs1.org/cbv/", "https://ns.gs1.org/cbv/")
_WEB_VOCABULARY: Final = tuple(
    f"{scheme}://{host}/voc/" for scheme in ("http", "https") for host in ("gs1.org", "www.gs1.org")
)


def _cbv_word(vocabulary: Vocabulary) -> Check:
    """A JSON document has the words of CBV bare; their URNs are refused, as the schema does."""
    return word(vocabulary, closed_to=_CBV)


context: Final = by_type(list_=list_of(by_type(dict_=anything), unique=True), dict_=anything)
version: Final = pattern(
    re.compile(r"[0-9]+(?:\.[0-9]+)*").fullmatch, N_("A version is written in numbers and dots, like 2.0.")
)
offset: Final = pattern(
    re.compile(r"[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)").fullmatch,
    N_("A time zone offset is written like +07:00."),
)

biz_step: Final = _cbv_word(BUSINESS_STEPS)
disposition: Final = _cbv_word(DISPOSITIONS)
_dispositions: Final = list_of(disposition, unique=True, empty=N_("At least one disposition belongs here."))
_set_or_unset: Final = record({"set": _dispositions, "unset": _dispositions}, others=Others.NONE)


def persistent_disposition(value: Any) -> Problems:
    """What stays true until it is unset: at least one of ``set`` and ``unset``."""
    return _set_or_unset(value) or (GOOD if value else (_EMPTY_DISPOSITION,))


_EMPTY_DISPOSITION: Final = Problem("", N_("A persistent disposition sets or unsets something."))
_place: Final = record({"id": uri}, required=["id"], others=Others.ANY)
read_point: Final = _place
biz_location: Final = _place

uris: Final = list_of(uri)
unique_uris: Final = list_of(uri, unique=True)
certification_info: Final = by_type(list_=uris)
quantities: Final = list_of(
    record(
        {
            "epcClass": uri,
            "quantity": number,
            "uom": pattern(
                re.compile(r"[A-Z0-9]{2,3}").fullmatch, N_("A unit of measure is a UN/CEFACT code like KGM.")
            ),
        },
        required=["epcClass"],
        others=Others.NONE,
    )
)
_transaction: Final = record(
    {"type": _cbv_word(BUSINESS_TRANSACTION_TYPES), "bizTransaction": uri},
    required=["bizTransaction"],
    others=Others.NONE,
)
transactions: Final = list_of(_transaction)
some_transactions: Final = list_of(_transaction, empty=N_("A transaction event needs at least one transaction."))


def _parties(field: str) -> Check:
    party = {"type": _cbv_word(SOURCE_DESTINATION_TYPES), field: uri}
    return list_of(record(party, required=list(party), others=Others.NONE))


sources: Final = _parties("source")
destinations: Final = _parties("destination")

_sensor_metadata: Final = record(
    {
        "time": time, "startTime": time, "endTime": time, "deviceID": uri, "deviceMetadata": uri, "rawData": uri,
        "dataProcessingMethod": uri, "bizRules": uri,
    },
    others=Others.NAMED,
)  # fmt: skip
_sensor_report: Final = record(
    {
        "type": word(MEASUREMENT_TYPES, closed_to=_WEB_VOCABULARY),
        "exception": word(SENSOR_ALERTS, closed_to=_WEB_VOCABULARY),
        "deviceID": uri, "deviceMetadata": uri, "rawData": uri, "dataProcessingMethod": uri, "bizRules": uri,
        "time": time, "microorganism": uri, "chemicalSubstance": uri, "coordinateReferenceSystem": uri,
        "value": number, "component": _cbv_word(COMPONENTS), "stringValue": text, "booleanValue": boolean,
        "hexBinaryValue": pattern(
            re.compile("[A-Fa-f0-9]+").fullmatch, N_("Here stand hexadecimal digits only.")
        ),
        "uriValue": uri, "minValue": number, "maxValue": number, "meanValue": number, "sDev": number,
        "percRank": number, "percValue": number, "uom": text,
    },
    required=["type"],
    others=Others.NAMED,
)  # fmt: skip
sensor_elements: Final = list_of(
    record(
        {
            "sensorMetadata": _sensor_metadata,
            "sensorReport": list_of(_sensor_report, empty=N_("A sensor element needs at least one report.")),
        },
        required=["sensorReport"],
        others=Others.NAMED,
    )
)

ilmd: Final = record({}, others=Others.NAMED)
error_declaration: Final = record(
    {"declarationTime": time, "reason": _cbv_word(ERROR_REASONS), "correctiveEventIDs": uris},
    required=["declarationTime"],
    others=Others.NAMED,
)

_attribute_value: Final = by_type(list_=text, dict_=anything, other=text_or_number)
_attribute: Final = record({"id": uri, "attribute": _attribute_value}, required=["id"], others=Others.ANY)
_vocabulary_element: Final = record(
    {"id": uri, "attributes": list_of(_attribute), "children": uris}, required=["id"], others=Others.ANY
)
vocabulary_list: Final = list_of(
    record({"type": uri, "vocabularyElementList": list_of(_vocabulary_element)}, required=["type"], others=Others.ANY)
)
