"""What the journal remembers of an event to search by: columns, identifiers, terms and measures.

A term is `name=value` for what queries compare for equality, and the bare `name` for what they ask the existence of;
`name` is the name of the query parameter without its comparison (EPCIS 2.0 §8.2.7.1.1), with the namespace of an
extension field written out: `ILMD_{https://ns.example/}variety`. An ordinary event has next to none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from traceability.epcis.contexts import Namespaces
from traceability.epcis.vocabulary import (
    BUSINESS_STEPS,
    BUSINESS_TRANSACTION_TYPES,
    DISPOSITIONS,
    ERROR_REASONS,
    SOURCE_DESTINATION_TYPES,
)
from traceability.gs1.epc_uris import canonical_identifier
from traceability.journal.extension_fields import Entries, Measure
from traceability.journal.identifiers import EventIdentifier, identifiers_of
from traceability.journal.sensor_fields import add_sensor_elements

__all__ = ["EventIndex", "Measure", "index_event"]

_PLAIN: Final = frozenset(
    [
        "type",
        "eventID",
        "eventTime",
        "eventTimeZoneOffset",
        "recordTime",
        "action",
        "bizStep",
        "disposition",
        "epcList",
        "quantityList",
        "parentID",
        "childEPCs",
        "childQuantityList",
        "inputEPCList",
        "inputQuantityList",
        "outputEPCList",
        "outputQuantityList",
        "@context",
        "bizTransactionList",
        "isA",
        "id",
    ]
)
"""Fields whose values stand in columns and identifiers."""

_TAKEN: Final = _PLAIN | frozenset(
    [
        "readPoint",
        "bizLocation",
        "sourceList",
        "destinationList",
        "transformationID",
        "persistentDisposition",
        "sensorElementList",
        "ilmd",
        "errorDeclaration",
        "certificationInfo",
    ]
)


@dataclass(frozen=True, slots=True)
class EventIndex:
    """Everything of one event that queries look at beside its times, type and action."""

    biz_step: str | None
    disposition: str | None
    read_point: str | None
    biz_location: str | None
    identifiers: list[EventIdentifier]
    terms: list[str] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)


def index_event(event: Mapping[str, Any], spaces: Namespaces) -> EventIndex:
    """The index of a valid `event` whose extension names are read in `spaces`."""
    read_point, biz_location = event.get("readPoint"), event.get("bizLocation")
    step, disposition = event.get("bizStep"), event.get("disposition")
    entries = Entries(spaces)
    _add_transactions(entries, event)
    if not event.keys() <= _PLAIN:
        _add_more(entries, event)
    return EventIndex(
        biz_step=None if step is None else BUSINESS_STEPS.bare(step),
        disposition=None if disposition is None else DISPOSITIONS.bare(disposition),
        read_point=None if read_point is None else canonical_identifier(read_point["id"]),
        biz_location=None if biz_location is None else canonical_identifier(biz_location["id"]),
        identifiers=identifiers_of(event),
        terms=list(entries.terms),
        measures=entries.measures,
    )


def _add_transactions(entries: Entries, event: Mapping[str, Any]) -> None:
    for transaction in event.get("bizTransactionList") or ():
        kind = BUSINESS_TRANSACTION_TYPES.bare(transaction.get("type") or "")
        entries.add_value(f"bizTransaction_{kind}", canonical_identifier(transaction["bizTransaction"]))


def _add_more(entries: Entries, event: Mapping[str, Any]) -> None:
    """What only some events have."""
    for side in ("source", "destination"):
        for party in event.get(f"{side}List") or ():
            kind = SOURCE_DESTINATION_TYPES.bare(party["type"])
            entries.add_value(f"{side}_{kind}", canonical_identifier(party[side]))
    if event.get("transformationID"):
        entries.add_value("transformationID", canonical_identifier(event["transformationID"]))
    for change, words in (event.get("persistentDisposition") or {}).items():
        for word in words if isinstance(words, list) else (words,):
            entries.add_value(f"persistentDisposition_{change}", DISPOSITIONS.bare(word))
    certificates = event.get("certificationInfo") or ()
    for uri in (certificates,) if isinstance(certificates, str) else certificates:
        entries.add_value("certificationInfo", canonical_identifier(uri))
    for place in ("readPoint", "bizLocation"):
        more = event.get(place)
        if more and len(more) > 1:
            entries.add_extensions(((name, value) for name, value in more.items() if name != "id"), f"{place}_")
    if event.get("ilmd"):
        entries.add_extensions(event["ilmd"].items(), "ILMD_")
    if event.get("sensorElementList"):
        add_sensor_elements(entries, event["sensorElementList"])
    if event.get("errorDeclaration"):
        _add_error_declaration(entries, event["errorDeclaration"])
    if not event.keys() <= _TAKEN:
        entries.add_extensions((name, value) for name, value in event.items() if name not in _TAKEN)


def _add_error_declaration(entries: Entries, declaration: Mapping[str, Any]) -> None:
    reason = declaration.get("reason")
    if reason:
        entries.add_value("errorReason", ERROR_REASONS.bare(reason))
    for event_id in declaration.get("correctiveEventIDs") or ():
        entries.add_value("correctiveEventID", event_id)
    standard = ("reason", "declarationTime", "correctiveEventIDs")
    entries.add_extensions(
        ((name, value) for name, value in declaration.items() if name not in standard), "ERROR_DECLARATION_"
    )
