"""What no schema can say of an event: times that are possible, words that exist, prefixes that mean something.

These rules stand apart from the schema's, so that validation agrees with the official schema to the letter; a
repository applies both before it takes an event in.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
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
    found = [problem for rule in _RULES for problem in rule(event)]
    found += _times(event, latest)
    found += _undeclared(event, spaces)
    return [problem.below(pointer) for problem in found] if pointer else found


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


def _times(event: Mapping[str, Any], latest: dt.datetime) -> Iterator[Problem]:
    yield from _time("/eventTime", event["eventTime"], latest)
    declaration = event.get("errorDeclaration")
    if declaration is not None:
        yield from _time("/errorDeclaration/declarationTime", declaration["declarationTime"], latest)


def _time(pointer: str, text: str, latest: dt.datetime) -> Iterator[Problem]:
    try:
        if moment(text) > latest:
            yield Problem(pointer, N_("This time is still to come."))
    except (ValueError, OverflowError):
        yield Problem(pointer, N_("There is no such time."))


def _objects(event: Mapping[str, Any]) -> Iterator[Problem]:
    for name in _EPC_LISTS:
        members = event.get(name)
        if members and len(members) > 1 and len({canonical_identifier(each) for each in members}) < len(members):
            yield Problem(pointer_step(name), N_("An identifier stands in the list twice."))
    for name in _QUANTITY_LISTS:
        for index, element in enumerate(event.get(name) or ()):
            if element.get("quantity", 0) < 0:
                place = f"/{name}/{index}/quantity"
                yield Problem(place, N_("A quantity cannot be less than zero."))


def _words(event: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _word("/bizStep", event.get("bizStep"), BUSINESS_STEPS)
    yield from _word("/disposition", event.get("disposition"), DISPOSITIONS)
    for name, vocabulary in _TYPED_LISTS:
        for index, element in enumerate(event.get(name) or ()):
            yield from _word(f"/{name}/{index}/type", element.get("type"), vocabulary)
    for name, words in (event.get("persistentDisposition") or {}).items():
        for index, each in enumerate(words):
            yield from _word(f"/persistentDisposition/{name}/{index}", each, DISPOSITIONS)
    if "errorDeclaration" in event:
        yield from _word("/errorDeclaration/reason", event["errorDeclaration"].get("reason"), ERROR_REASONS)


def _word(pointer: str, text: str | None, vocabulary: Vocabulary) -> Iterator[Problem]:
    """A Web URI in the namespace of a vocabulary must be one of its words."""
    if text is not None and text.startswith(vocabulary.uri_prefix) and vocabulary.bare(text) == text:
        yield Problem(pointer, N_("“%(text)s” is not a word of the standard vocabulary."), {"text": text})


_RULES: Final[tuple[Callable[[Mapping[str, Any]], Iterator[Problem]], ...]] = (_objects, _words)


def _undeclared(event: Mapping[str, Any], spaces: Namespaces) -> Iterator[Problem]:
    """Names with a prefix that nothing declares, in the event and in whatever it holds."""
    waiting: list[tuple[str, Any]] = [("", event)]
    while waiting:
        pointer, value = waiting.pop()
        if isinstance(value, list):
            waiting += [(f"{pointer}/{index}", each) for index, each in enumerate(value) if not isinstance(each, str)]
            continue
        if not isinstance(value, dict):
            continue
        for name, member in value.items():
            if ":" in name and not spaces.declares(name):
                prefix = name.partition(":")[0]
                if prefix.lower() not in URI_SCHEMES:
                    place = pointer + pointer_step(name)
                    yield Problem(place, N_("Nothing declares the prefix “%(name)s”."), {"name": prefix})
            if isinstance(member, dict | list) and name != "@context":
                waiting.append((pointer + pointer_step(name), member))
