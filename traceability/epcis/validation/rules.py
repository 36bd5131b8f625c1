"""What no schema can say of an event: times that are possible, words that exist, prefixes that mean something.

These rules stand apart from the schema's, so that validation agrees with the official schema to the letter; a
repository applies both before it takes an event in.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from traceability.epcis.contexts import STANDARD_PREFIXES, Namespaces, declarations
from traceability.epcis.errors import Problem, pointer_step
from traceability.epcis.vocabulary import (
    BUSINESS_STEPS,
    BUSINESS_TRANSACTION_TYPES,
    DISPOSITIONS,
    ERROR_REASONS,
    SOURCE_DESTINATION_TYPES,
    Vocabulary,
)
from traceability.gs1.epc_uris import canonical_identifier
from traceability.gs1.errors import N_

URI_SCHEMES: Final = frozenset({"http", "https", "urn", "tag", "did", "ni", "info"})
"""What may stand before the colon in the name of a field without being declared as a prefix."""

_PROTECTED: Final = ("epcis", "cbv", "gs1")
"""Prefixes whose meaning events rely on. (``cbvmda`` is redeclared in published examples and harms nothing.)"""

_EPC_LISTS: Final = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_QUANTITY_LISTS: Final = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_EXTENSIBLE: Final = frozenset({"ilmd", "readPoint", "bizLocation", "sensorElementList", "errorDeclaration"})
"""The standard's fields that may hold fields of one's own; all others hold only what the standard knows."""

_TYPED_LISTS: Final = (
    ("bizTransactionList", BUSINESS_TRANSACTION_TYPES),
    ("sourceList", SOURCE_DESTINATION_TYPES),
    ("destinationList", SOURCE_DESTINATION_TYPES),
)


def moment(text: str) -> dt.datetime:
    """The time that a valid ``date-time`` names, in UTC. Raises ValueError or OverflowError outside years 1 to 9999."""
    return dt.datetime.fromisoformat(text.upper()).astimezone(dt.UTC)


def check_event_rules(
    event: Mapping[str, Any], spaces: Namespaces, *, latest: dt.datetime, pointer: str = ""
) -> list[Problem]:
    """The rules beyond the schema that ``event`` breaks; it must have passed ``validate_event``.

    ``spaces`` are the namespaces in force for the event, and ``latest`` (aware) is the latest moment at which it can
    have happened: now, and what clocks may be wrong by. A later time, of the event or of an error declaration, is
    refused, and so are unknown words in the namespaces of CBV, prefixes that nothing declares, the same object twice
    in one list, and amounts below zero.
    """
    found: list[Problem] = []
    _check_time(found, "/eventTime", event["eventTime"], latest)
    if "errorDeclaration" in event:
        declared_at = event["errorDeclaration"]["declarationTime"]
        _check_time(found, "/errorDeclaration/declarationTime", declared_at, latest)
    _check_objects(found, event)
    _check_words(found, event)
    _check_names(found, event, spaces)
    return [problem.below(pointer) for problem in found] if pointer and found else found


def check_context(context: object, *, pointer: str = "/@context") -> list[Problem]:
    """Prefixes in one ``@context`` that collide: declared twice with different meanings, or the standard's own.

    JSON-LD lets the context of an event override the document's, so the two are checked one at a time.
    """
    found = []
    seen: dict[str, str] = {}
    for name, uri in declarations(context):
        standard = STANDARD_PREFIXES[name] if name in _PROTECTED else None
        if seen.setdefault(name, uri) != uri:
            found.append(Problem(pointer, N_("The prefix “%(name)s” has two meanings."), {"name": name}))
        elif standard is not None and uri != standard:
            found.append(Problem(pointer, N_("The prefix “%(name)s” belongs to the standard."), {"name": name}))
    return found


def _check_time(found: list[Problem], pointer: str, text: str, latest: dt.datetime) -> None:
    try:
        if moment(text) > latest:
            found.append(Problem(pointer, N_("This time is still to come.")))
    except (ValueError, OverflowError):
        found.append(Problem(pointer, N_("There is no such time.")))


def _check_objects(found: list[Problem], event: Mapping[str, Any]) -> None:
    for name in _EPC_LISTS:
        members = event.get(name)
        if members and len(members) > 1 and len({canonical_identifier(each) for each in members}) < len(members):
            found.append(Problem(pointer_step(name), N_("An identifier stands in the list twice.")))
    for name in _QUANTITY_LISTS:
        for index, element in enumerate(event.get(name, ())):
            if element.get("quantity", 0) < 0:
                place = f"/{name}/{index}/quantity"
                found.append(Problem(place, N_("A quantity cannot be less than zero.")))


def _check_words(found: list[Problem], event: Mapping[str, Any]) -> None:
    _check_word(found, "/bizStep", event.get("bizStep"), BUSINESS_STEPS)
    _check_word(found, "/disposition", event.get("disposition"), DISPOSITIONS)
    for name, vocabulary in _TYPED_LISTS:
        for index, element in enumerate(event.get(name, ())):
            _check_word(found, f"/{name}/{index}/type", element.get("type"), vocabulary)
    for name, words in event.get("persistentDisposition", {}).items():
        for index, each in enumerate(words):
            _check_word(found, f"/persistentDisposition/{name}/{index}", each, DISPOSITIONS)
    if "errorDeclaration" in event:
        _check_word(found, "/errorDeclaration/reason", event["errorDeclaration"].get("reason"), ERROR_REASONS)


def _check_word(found: list[Problem], pointer: str, text: str | None, vocabulary: Vocabulary) -> None:
    """A Web URI in the namespace of a vocabulary must be one of its words."""
    if text is not None and text.startswith(vocabulary.uri_prefix) and vocabulary.bare(text) == text:
        found.append(Problem(pointer, N_("“%(text)s” is not a word of the standard vocabulary."), {"text": text}))


def _check_names(found: list[Problem], event: Mapping[str, Any], spaces: Namespaces) -> None:
    """Names with a prefix that nothing declares, at all places where fields of one's own may stand."""
    for name, member in event.items():
        if ":" in name:
            _check_prefixes(found, "", {name: member}, spaces)
        elif name in _EXTENSIBLE:
            _check_prefixes(found, pointer_step(name), member, spaces)


def _check_prefixes(found: list[Problem], pointer: str, value: Any, spaces: Namespaces) -> None:
    if isinstance(value, list):
        for index, each in enumerate(value):
            if isinstance(each, dict | list):
                _check_prefixes(found, f"{pointer}/{index}", each, spaces)
    elif isinstance(value, dict):
        for name, member in value.items():
            prefix, colon, _ = name.partition(":")
            if colon and not spaces.declares(name) and prefix.lower() not in URI_SCHEMES:
                place = pointer + pointer_step(name)
                found.append(Problem(place, N_("Nothing declares the prefix “%(name)s”."), {"name": prefix}))
            if isinstance(member, dict | list) and name != "@context":
                _check_prefixes(found, pointer + pointer_step(name), member, spaces)
