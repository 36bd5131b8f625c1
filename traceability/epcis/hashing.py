"""The event hash of CBV 2.0, section 8.9: an identifier that any party can compute from the event alone.

The fields of an event are written out in one fixed order into a "pre-hash" string, every value in one normal form;
its SHA-256 goes into a ``ni:`` URI (RFC 6920). ``eventID``, ``recordTime`` and ``errorDeclaration`` are no part of
it, so that an event keeps its hash when it is stored or declared wrong.

Where the text of the standard and the published reference generator with its vectors differ, the latter decide,
because equal hashes among partners are the point: ``certificationInfo`` is hashed, after the time zone; ``parentID``
comes before ``epcList``; ``sensorElementList`` is named once and comes before the lists of transactions, destinations
and sources; these and ``ilmd`` stand in lexical order. Extensions inside a standard field stay at its end (rule 21).
Comments (``rdfs:comment``) are left out.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Container, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from traceability.epcis.contexts import Namespaces, namespaces
from traceability.epcis.vocabulary import (
    BUSINESS_STEPS,
    BUSINESS_TRANSACTION_TYPES,
    COMPONENTS,
    DISPOSITIONS,
    MEASUREMENT_TYPES,
    SENSOR_ALERTS,
    SOURCE_DESTINATION_TYPES,
    Vocabulary,
)
from traceability.gs1.epc_uris import canonical_identifier

Writer = Callable[[str, Any, Namespaces], str]
Fields = dict[str, tuple[int, Writer | None]]

_TIMESTAMP: Final = re.compile(r"(-?\d{4,}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_PLAIN_UTC: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)


def event_hash(event: Mapping[str, Any], context: object = None) -> str:
    """The hash of ``event`` as ``ni:///sha-256;{hex}?ver=CBV2.0``.

    ``event`` is one EPCIS 2.0 event as parsed JSON; ``context`` is the ``@context`` of the document around it, or the
    namespaces read from that (its own is read as well). Nothing is fetched. The event is taken to be valid; a time
    without offset or a value of an impossible type raises ValueError.
    """
    digest = hashlib.sha256(pre_hash(event, context).encode()).hexdigest()
    return f"ni:///sha-256;{digest}?ver=CBV2.0"


def document_hashes(document: Mapping[str, Any]) -> list[str]:
    """The hashes of all events of an EPCIS document, a query document or a bare event, in their order."""
    spaces = namespaces(document.get("@context"))
    return [event_hash(event, spaces) for event in events_of(document)]


def events_of(document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The events in an EPCIS document or query document, or the document itself when it is a bare event."""
    body = document.get("epcisBody")
    if body is None:
        return [document]
    if "queryResults" in body:
        body = body["queryResults"]["resultsBody"]
    events: Sequence[Mapping[str, Any]] = body.get("eventList") or [body["event"]]
    return events


def pre_hash(event: Mapping[str, Any], context: object = None) -> str:
    """The string that is hashed: rules 1 to 21 of the section."""
    spaces = namespaces(context, event.get("@context"))
    return f"eventType={_text(event['type'], spaces)}{_fields(event, _EVENT_FIELDS, spaces)}"


def canonical_time(text: str) -> str:
    """``text`` in UTC with milliseconds: ``YYYY-MM-DDTHH:MM:SS.sssZ``.

    A fourth decimal of 5 to 9 rounds the third up, whatever follows it, and the carry goes as far as it must:
    ``.1425Z`` is ``.143Z`` and ``23:59:59.9996Z`` is midnight of the next day.
    """
    if _PLAIN_UTC.fullmatch(text):
        return text
    match = _TIMESTAMP.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not a date and time with an offset from UTC: {text!r}")
    seconds, fraction, offset = match.groups()
    digits = (fraction or "").ljust(4, "0")
    milliseconds = int(digits[:3]) + (digits[3] >= "5")
    moment = dt.datetime.fromisoformat(seconds) - _offset(offset) + dt.timedelta(milliseconds=milliseconds)
    return moment.isoformat(timespec="milliseconds") + "Z"


@lru_cache(maxsize=256)
def _offset(text: str) -> dt.timedelta:
    """What ``text`` (``Z`` or ``+07:00``) is ahead of UTC."""
    if text in "Zz":
        return dt.timedelta()
    ahead = dt.timedelta(hours=int(text[1:3]), minutes=int(text[4:6]))
    return -ahead if text[0] == "-" else ahead


def canonical_number(value: float | int | Decimal) -> str:
    """``value`` without exponent, trailing zeros or sign of zero (rule 6): 1.0 is ``1``."""
    if isinstance(value, int):
        return str(value)
    text = repr(value) if isinstance(value, float) else format(value, "f")
    if "e" in text:
        text = format(Decimal(text), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _text(value: Any, spaces: Namespaces) -> str:
    """One value of no special kind: trimmed, with compact URIs expanded and identifiers in canonical form."""
    if isinstance(value, str):
        text = value.strip()
        if ":" not in text:
            return text
        if text.startswith(("https://", "http://", "urn:epc:")):
            return canonical_identifier(text)
        text = spaces.expand(text)
        return _web_uri(text) if text.startswith("urn:epcglobal:cbv:") else canonical_identifier(text)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return canonical_number(value)
    raise ValueError(f"a single value was expected, not {type(value).__name__}")


@lru_cache(maxsize=4096)
def _web_uri(text: str) -> str:
    """The Web URI for a URN of the standard vocabularies (rule 14)."""
    for vocabulary in (BUSINESS_STEPS, DISPOSITIONS, BUSINESS_TRANSACTION_TYPES, SOURCE_DESTINATION_TYPES):
        uri = vocabulary.uri(text)
        if uri is not text:
            return uri
    return text


def _plain(name: str, value: Any, spaces: Namespaces) -> str:
    return f"{name}={_text(value, spaces)}"


def _time(name: str, value: Any, _spaces: Namespaces) -> str:
    return f"{name}={canonical_time(value)}"


def _word(vocabulary: Vocabulary) -> Writer:
    """Writes a word of ``vocabulary`` as its Web URI (rule 16), and any other word as plain text."""
    uris = {word: vocabulary.uri(word) for word in vocabulary.words}

    def write(name: str, value: Any, spaces: Namespaces) -> str:
        text = _text(value, spaces)
        return f"{name}={uris.get(text, text)}"

    return write


def _repeated(write: Writer) -> Writer:
    """Writes every value of a list (or the one value) under the same name, in lexical order."""

    def write_all(name: str, value: Any, spaces: Namespaces) -> str:
        values = value if isinstance(value, list) else [value]
        return "".join(sorted([write(name, each, spaces) for each in values]))

    return write_all


def _list_of(child: str, write: Writer) -> Writer:
    """Writes the name of a list once, then its members as ``child``, in lexical order (rules 11 and 12)."""

    def write_list(name: str, value: Any, spaces: Namespaces) -> str:
        if len(value) == 1:
            return name + write(child, value[0], spaces)
        return name + "".join(sorted([write(child, each, spaces) for each in value])) if value else ""

    return write_list


def _table(fields: Sequence[tuple[str, Writer]], *, ignored: Sequence[str] = ()) -> Fields:
    """The fields of an object by name, each with its place in the order; ``ignored`` are known but not hashed."""
    known: Fields = {name: (place, write) for place, (name, write) in enumerate(fields)}
    return known | dict.fromkeys(ignored, (-1, None))


def _fields(value: Mapping[str, Any], table: Fields, spaces: Namespaces) -> str:
    """The standard fields of an object in order, its extensions at the end (rule 21)."""
    parts: list[tuple[int, str]] = []
    extended = False
    for name, member in value.items():
        known = table.get(name)
        if known is None:
            extended = True
        elif known[1] is not None and member is not None:
            parts.append((known[0], known[1](name, member, spaces)))
    parts.sort()
    text = "".join([part for _, part in parts])
    return text + _extensions(value, table, spaces) if extended else text


def _group(fields: Sequence[tuple[str, Writer]], *, named: bool = True) -> Writer:
    """Writes an object: its own name, then its fields."""
    table = _table(fields)

    def write_group(name: str, value: Any, spaces: Namespaces) -> str:
        return name + _fields(value, table, spaces) if named else _fields(value, table, spaces)

    return write_group


def _extensions(value: Mapping[str, Any], known: Container[str], spaces: Namespaces) -> str:
    """The fields of ``value`` that the standard does not know, in lexical order (rules 19 and 20), without comments."""
    parts: list[str] = []
    for name, member in value.items():
        if name not in known:
            key = spaces.qualified(name)
            if key not in _COMMENTS:
                _write_extension(parts, key, member, spaces)
    parts.sort()
    return "".join(parts)


def _write_extension(parts: list[str], key: str, value: Any, spaces: Namespaces) -> None:
    """Add ``{namespace}name`` with its value or members to ``parts``; every member of a list is a part of its own."""
    if isinstance(value, list):
        for member in value:
            _write_extension(parts, key, member, spaces)
    elif isinstance(value, Mapping):
        parts.append(key + _extensions(value, _CONTEXT_ONLY, spaces))
    else:
        text = "" if value is None else _text(value, spaces)
        parts.append(f"{key}={text}" if text else key)


def _ilmd(name: str, value: Any, spaces: Namespaces) -> str:
    return name + _extensions(value, _CONTEXT_ONLY, spaces)


_CONTEXT_ONLY: Final = frozenset({"@context"})
_COMMENTS: Final = frozenset({"comment", "{http://www.w3.org/2000/01/rdf-schema#}comment"})
"""Remarks for people. They say nothing of the event, and the reference leaves them out of its hash."""
_EPCS: Final = _list_of("epc", _plain)
_QUANTITIES: Final = _list_of("quantityElement", _group([("epcClass", _plain), ("quantity", _plain), ("uom", _plain)]))
_PLACE: Final = _group([("id", _plain)])
_DISPOSITION: Final = _word(DISPOSITIONS)
_SOURCE_TYPE: Final = _word(SOURCE_DESTINATION_TYPES)


def _typed_list(child: str, write_type: Writer) -> Writer:
    """A list whose members have a type, which comes before their identifier (rule 13)."""
    return _list_of(child, _group([("type", write_type), (child, _plain)], named=False))


_SENSOR_METADATA: Final = _group(
    [
        ("time", _time), ("startTime", _time), ("endTime", _time), ("deviceID", _plain), ("deviceMetadata", _plain),
        ("rawData", _plain), ("dataProcessingMethod", _plain), ("bizRules", _plain),
    ]
)  # fmt: skip
_SENSOR_REPORT: Final = _group(
    [
        ("type", _word(MEASUREMENT_TYPES)), ("exception", _word(SENSOR_ALERTS)), ("deviceID", _plain),
        ("deviceMetadata", _plain), ("rawData", _plain), ("dataProcessingMethod", _plain), ("time", _time),
        ("microorganism", _plain), ("chemicalSubstance", _plain), ("value", _plain), ("component", _word(COMPONENTS)),
        ("stringValue", _plain), ("booleanValue", _plain), ("hexBinaryValue", _plain), ("uriValue", _plain),
        ("minValue", _plain), ("maxValue", _plain), ("meanValue", _plain), ("sDev", _plain), ("percRank", _plain),
        ("percValue", _plain), ("uom", _plain), ("coordinateReferenceSystem", _plain),
    ]
)  # fmt: skip
_SENSOR_ELEMENT: Final = _group([("sensorMetadata", _SENSOR_METADATA), ("sensorReport", _repeated(_SENSOR_REPORT))])

_EVENT_FIELDS: Final = _table(
    [
        ("eventTime", _time),
        ("eventTimeZoneOffset", _plain),
        ("certificationInfo", _repeated(_plain)),
        ("parentID", _plain),
        ("epcList", _EPCS),
        ("inputEPCList", _EPCS),
        ("childEPCs", _EPCS),
        ("quantityList", _QUANTITIES),
        ("childQuantityList", _QUANTITIES),
        ("inputQuantityList", _QUANTITIES),
        ("outputEPCList", _EPCS),
        ("outputQuantityList", _QUANTITIES),
        ("action", _plain),
        ("transformationID", _plain),
        ("bizStep", _word(BUSINESS_STEPS)),
        ("disposition", _DISPOSITION),
        ("persistentDisposition", _group([("set", _repeated(_DISPOSITION)), ("unset", _repeated(_DISPOSITION))])),
        ("readPoint", _PLACE),
        ("bizLocation", _PLACE),
        ("sensorElementList", _list_of("sensorElement", _SENSOR_ELEMENT)),
        ("bizTransactionList", _typed_list("bizTransaction", _word(BUSINESS_TRANSACTION_TYPES))),
        ("destinationList", _typed_list("destination", _SOURCE_TYPE)),
        ("ilmd", _ilmd),
        ("sourceList", _typed_list("source", _SOURCE_TYPE)),
    ],
    ignored=["@context", "type", "eventID", "recordTime", "errorDeclaration"],
)
"""The canonical property order, as the reference generator has it."""
