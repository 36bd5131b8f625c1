"""Builders of EPCIS 2.0 events: typed arguments in, the JSON form of the event out, or an error that names the field.

EPCIS 2.0, sections 7.4 (event types) and 9 (JSON). Nothing is stored and nothing is asked here; fields come out in
the canonical order of the standard.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal, Required, TypedDict, Unpack

from traceability.epcis.contexts import EPCIS_CONTEXT
from traceability.epcis.hashing import event_hash
from traceability.epcis.vocabulary import (
    BUSINESS_STEPS,
    BUSINESS_TRANSACTION_TYPES,
    DISPOSITIONS,
    SOURCE_DESTINATION_TYPES,
    Vocabulary,
)
from traceability.gs1.errors import N_

Event = dict[str, Any]
Action = Literal["ADD", "OBSERVE", "DELETE"]
VIETNAM_OFFSET: Final = "+07:00"

_ACTIONS: Final = ("ADD", "OBSERVE", "DELETE")
_OFFSET: Final = re.compile(r"[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)", re.ASCII)
_UNIT: Final = re.compile(r"[A-Z0-9]{2,3}")
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[\w.~!$&'()*+,;=:@/?#\[\]-]|%[0-9A-Fa-f]{2})+", re.ASCII)


class EventRuleError(ValueError):
    """An event that EPCIS does not allow. ``pointer`` is the JSON pointer of the field that is wrong."""

    def __init__(self, pointer: str, message_id: str, params: Mapping[str, str] | None = None) -> None:
        self.pointer = pointer
        self.message_id = message_id
        self.params = dict(params or {})
        super().__init__(f"{pointer}: {message_id % self.params if self.params else message_id}")


@dataclass(frozen=True, slots=True)
class QuantityElement:
    """So much of a class: ``quantity`` in ``unit_of_measure`` (UN/CEFACT code such as KGM), or pieces when None."""

    epc_class: str
    quantity: int | Decimal | None = None
    unit_of_measure: str | None = None


@dataclass(frozen=True, slots=True)
class BusinessTransaction:
    """A document of trade (URI) with its type in CBV, such as ``po`` for a purchase order."""

    identifier: str
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a hand-over: ``type`` is owning_party, possessing_party or location; ``identifier`` is a URI."""

    type: str
    identifier: str


class Circumstances(TypedDict, total=False):
    """What every kind of event may say about when, where and why; only ``event_time`` is required."""

    event_time: Required[dt.datetime]
    event_time_zone_offset: str
    biz_step: str | None
    disposition: str | None
    read_point: str | None
    biz_location: str | None
    biz_transactions: Sequence[BusinessTransaction]
    sources: Sequence[Party]
    destinations: Sequence[Party]
    sensor_elements: Sequence[Mapping[str, Any]]
    extensions: Mapping[str, Any]


def object_event(
    *,
    action: Action,
    epc_list: Sequence[str] = (),
    quantity_list: Sequence[QuantityElement] = (),
    ilmd: Mapping[str, Any] | None = None,
    **circumstances: Unpack[Circumstances],
) -> Event:
    """Something happened to objects (section 7.4.2): created (ADD, with ``ilmd``), seen (OBSERVE), ended (DELETE).

    Sensors at a read point need no objects beside them.
    """
    senses_a_place = circumstances.get("sensor_elements") and circumstances.get("read_point")
    if not epc_list and not quantity_list and not senses_a_place:
        raise EventRuleError("/epcList", N_("An object event needs objects: single ones or quantities."))
    if ilmd and action != "ADD":
        raise EventRuleError("/ilmd", N_("Master data of a lot or item may only be given when it is created (ADD)."))
    what = {
        "epcList": _epcs("/epcList", epc_list),
        "quantityList": _quantities("/quantityList", quantity_list),
        "action": _action(action),
    }
    return _event("ObjectEvent", what, circumstances, _named("/ilmd", ilmd))


def aggregation_event(
    *,
    action: Action,
    parent_id: str | None = None,
    child_epcs: Sequence[str] = (),
    child_quantity_list: Sequence[QuantityElement] = (),
    **circumstances: Unpack[Circumstances],
) -> Event:
    """Objects were put into, seen in or taken out of a container such as a parcel (section 7.4.3)."""
    if parent_id is None and action != "OBSERVE":
        raise EventRuleError("/parentID", N_("What is packed or unpacked needs the identifier of its container."))
    if not child_epcs and not child_quantity_list and action != "DELETE":
        raise EventRuleError("/childEPCs", N_("An aggregation event needs contents: single ones or quantities."))
    what = {
        "parentID": None if parent_id is None else _uri("/parentID", parent_id),
        "childEPCs": _epcs("/childEPCs", child_epcs),
        "childQuantityList": _quantities("/childQuantityList", child_quantity_list),
        "action": _action(action),
    }
    return _event("AggregationEvent", what, circumstances)


def transformation_event(
    *,
    input_epc_list: Sequence[str] = (),
    input_quantity_list: Sequence[QuantityElement] = (),
    output_epc_list: Sequence[str] = (),
    output_quantity_list: Sequence[QuantityElement] = (),
    transformation_id: str | None = None,
    ilmd: Mapping[str, Any] | None = None,
    **circumstances: Unpack[Circumstances],
) -> Event:
    """Inputs were used up and outputs came out, such as grading into a new lot (section 7.4.5).

    Both sides are needed in one event, or at least one side where ``transformation_id`` joins several events.
    """
    has_inputs, has_outputs = bool(input_epc_list or input_quantity_list), bool(output_epc_list or output_quantity_list)
    if not (has_inputs and has_outputs) and not (transformation_id and (has_inputs or has_outputs)):
        raise EventRuleError(
            "/outputQuantityList" if has_inputs else "/inputQuantityList",
            N_("A transformation needs inputs and outputs, or an identifier that joins it to others."),
        )
    what = {
        "inputEPCList": _epcs("/inputEPCList", input_epc_list),
        "inputQuantityList": _quantities("/inputQuantityList", input_quantity_list),
        "outputEPCList": _epcs("/outputEPCList", output_epc_list),
        "outputQuantityList": _quantities("/outputQuantityList", output_quantity_list),
        "transformationID": None if transformation_id is None else _uri("/transformationID", transformation_id),
    }
    return _event("TransformationEvent", what, circumstances, _named("/ilmd", ilmd))


def with_event_id(event: Event, namespaces: Mapping[str, str] | None = None) -> Event:
    """A copy of ``event`` that carries its CBV 2.0 hash as ``eventID``."""
    identified: Event = {}
    for name, value in event.items():
        identified[name] = value
        if name == "type":
            identified["eventID"] = event_hash(event, dict(namespaces or {}))
    return identified


def epcis_document(
    events: Sequence[Event], *, created_at: dt.datetime, namespaces: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """An EPCIS 2.0 document around ``events``; ``namespaces`` declares the prefixes of their extensions."""
    return {
        "@context": [EPCIS_CONTEXT, *([dict(namespaces)] if namespaces else [])],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": _time("/creationDate", created_at),
        "epcisBody": {"eventList": list(events)},
    }


def _event(kind: str, what: Event, circumstances: Circumstances, ilmd: Event | None = None) -> Event:
    """Put the fields of an event in the order of the standard and leave out the empty ones."""
    read_point, biz_location = circumstances.get("read_point"), circumstances.get("biz_location")
    fields = {
        "type": kind,
        "eventTime": _time("/eventTime", circumstances["event_time"]),
        "eventTimeZoneOffset": _offset(circumstances.get("event_time_zone_offset", VIETNAM_OFFSET)),
        **what,
        "bizStep": _word("/bizStep", circumstances.get("biz_step"), BUSINESS_STEPS),
        "disposition": _word("/disposition", circumstances.get("disposition"), DISPOSITIONS),
        "readPoint": None if read_point is None else {"id": _uri("/readPoint/id", read_point)},
        "bizLocation": None if biz_location is None else {"id": _uri("/bizLocation/id", biz_location)},
        "bizTransactionList": _transactions(circumstances.get("biz_transactions", ())),
        "sourceList": _parties("source", circumstances.get("sources", ())),
        "destinationList": _parties("destination", circumstances.get("destinations", ())),
        "sensorElementList": [dict(element) for element in circumstances.get("sensor_elements", ())],
        "ilmd": ilmd,
        **(_named("", circumstances.get("extensions")) or {}),
    }
    return {name: value for name, value in fields.items() if value not in (None, [], {})}


def iso_time(moment: dt.datetime) -> str:
    """``moment``, which is aware, in UTC with milliseconds: the form in which we write every time."""
    return moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _time(pointer: str, moment: dt.datetime) -> str:
    if moment.utcoffset() is None:
        raise EventRuleError(pointer, N_("A time must say how far it is from UTC."))
    return iso_time(moment)


def _offset(offset: str) -> str:
    if _OFFSET.fullmatch(offset) is None:
        raise EventRuleError("/eventTimeZoneOffset", N_("A time zone offset is written like +07:00."))
    return offset


def _action(action: str) -> str:
    if action not in _ACTIONS:
        raise EventRuleError("/action", N_("The action is ADD, OBSERVE or DELETE."))
    return action


def _uri(pointer: str, text: str) -> str:
    if _URI.fullmatch(text) is None:
        raise EventRuleError(pointer, N_("“%(text)s” is not a URI."), {"text": text})
    return text


def _word(pointer: str, text: str | None, vocabulary: Vocabulary) -> str | None:
    """A bare word of the standard list, or a URI of somebody else's list."""
    if text is None:
        return None
    word = vocabulary.bare(text)
    if word in vocabulary.words:
        return word
    if word.startswith(("urn:epcglobal:cbv:", vocabulary.uri_prefix)) or _URI.fullmatch(word) is None:
        raise EventRuleError(pointer, N_("“%(text)s” is not a word of the standard vocabulary."), {"text": text})
    return word


def _epcs(pointer: str, epcs: Sequence[str]) -> list[str]:
    uris = [_uri(f"{pointer}/{index}", epc) for index, epc in enumerate(epcs)]
    if len(set(uris)) < len(uris):
        raise EventRuleError(pointer, N_("An identifier stands in the list twice."))
    return uris


def _quantities(pointer: str, elements: Sequence[QuantityElement]) -> list[Event]:
    return [_quantity(f"{pointer}/{index}", element) for index, element in enumerate(elements)]


def _quantity(pointer: str, element: QuantityElement) -> Event:
    result: Event = {"epcClass": _uri(f"{pointer}/epcClass", element.epc_class)}
    if element.quantity is not None:
        amount = Decimal(element.quantity)
        if not amount.is_finite() or amount <= 0:
            raise EventRuleError(f"{pointer}/quantity", N_("A quantity must be greater than zero."))
        result["quantity"] = int(amount) if amount == amount.to_integral_value() else float(amount)
    if element.unit_of_measure is not None:
        if element.quantity is None or _UNIT.fullmatch(element.unit_of_measure) is None:
            raise EventRuleError(f"{pointer}/uom", N_("A unit is a UN/CEFACT code such as KGM, beside a quantity."))
        result["uom"] = element.unit_of_measure
    return result


def _transactions(transactions: Sequence[BusinessTransaction]) -> list[Event]:
    result = []
    for index, transaction in enumerate(transactions):
        pointer = f"/bizTransactionList/{index}"
        kind = _word(f"{pointer}/type", transaction.type, BUSINESS_TRANSACTION_TYPES)
        identifier = _uri(f"{pointer}/bizTransaction", transaction.identifier)
        result.append({**({"type": kind} if kind else {}), "bizTransaction": identifier})
    return result


def _parties(side: str, parties: Sequence[Party]) -> list[Event]:
    result = []
    for index, party in enumerate(parties):
        pointer = f"/{side}List/{index}"
        kind = _word(f"{pointer}/type", party.type, SOURCE_DESTINATION_TYPES)
        result.append({"type": kind, side: _uri(f"{pointer}/{side}", party.identifier)})
    return result


def _named(pointer: str, fields: Mapping[str, Any] | None) -> Event | None:
    """Extension fields or instance master data: every name is a compact or full URI (section 9.5)."""
    for name in fields or ():
        if _URI.fullmatch(name) is None:
            message_id = N_("“%(name)s” needs the prefix of a namespace, like cbvmda:%(name)s.")
            raise EventRuleError(f"{pointer}/{name}", message_id, {"name": name})
    return dict(fields) if fields else None
