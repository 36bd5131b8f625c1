"""What the journal remembers of an event to search by: columns, identifiers, terms and measures.

A term is `name=value` for what queries compare for equality, and the bare `name` for what they ask the existence of;
`name` is the name of the query parameter without its comparison (EPCIS 2.0 §8.2.7.1.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from traceability.epcis.contexts import Namespaces
from traceability.epcis.vocabulary import BUSINESS_STEPS, DISPOSITIONS
from traceability.gs1.epc_uris import canonical_identifier
from traceability.journal.identifiers import EventIdentifier, identifiers_of


@dataclass(frozen=True, slots=True)
class Measure:
    """A number or a time of an event, with the name by which queries compare it."""

    name: str
    number: float | None = None
    moment: datetime | None = None


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
    return EventIndex(
        biz_step=None if step is None else BUSINESS_STEPS.bare(step),
        disposition=None if disposition is None else DISPOSITIONS.bare(disposition),
        read_point=None if read_point is None else canonical_identifier(read_point["id"]),
        biz_location=None if biz_location is None else canonical_identifier(biz_location["id"]),
        identifiers=identifiers_of(event),
    )
