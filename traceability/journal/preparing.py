"""From an event as it came to a row of the journal: checked, hashed, named and indexed. Nothing is asked or stored."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from traceability.epcis.contexts import EPCIS_CONTEXT, Namespaces, namespaces
from traceability.epcis.errors import Problem
from traceability.epcis.hashing import event_hash
from traceability.epcis.validation import EVENT_TYPES, check_context, check_event_rules, moment, validate_event
from traceability.epcis.vocabulary import ERROR_REASONS
from traceability.gs1.errors import N_
from traceability.journal.indexing import EventIndex, index_event

AHEAD_OF_OUR_CLOCK: Final = dt.timedelta(minutes=5)
"""Clocks differ; an event later than this is from the future."""

LONGEST_NAME: Final = 1000
"""Characters of what is searched by: an event's id, its identifiers, its business step."""

_NO_SUCH_KIND: Final = N_("There is no such kind of event.")
_NO_HASH: Final = N_("No event hash can be made of this event: %(reason)s.")
_TOO_LONG: Final = N_("An identifier is too long: at most %(limit)s characters are kept.")


class EventRefused(Exception):
    """An event that the journal does not take; `problems` say where and why."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{problem.pointer}: {problem}" for problem in problems))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the document around an event declares: its `@context`, and how names are read because of it."""

    context: Any
    spaces: Namespaces
    kept_context: str | None
    """JSON of what goes beyond the standard's own context; None when nothing does."""

    @classmethod
    def of(cls, context: Any = None) -> "Surroundings":
        """The surroundings below a document's `@context`, which may be an address, an object, or a list of them."""
        members = context if isinstance(context, list) else [] if context is None else [context]
        own = [member for member in members if member != EPCIS_CONTEXT]
        kept = json.dumps(own, ensure_ascii=False, separators=(",", ":")) if own else None
        return cls(context, namespaces(context), kept)


STANDING_ALONE: Final = Surroundings.of()


@dataclass(frozen=True, slots=True)
class PreparedEvent:
    """An event that has passed every check and only needs its place in the journal.

    `payload` is its JSON text as it came, with its hash as `eventID` where it had none. `position` (from 0) and
    `pointer` are its place in its document. `error_declared_at` is set when it declares an earlier event wrong.
    """

    position: int
    pointer: str
    event_id: str
    event_hash: str
    event_type: str
    action: str | None
    event_time: dt.datetime
    event_time_zone_offset: str
    error_declared_at: dt.datetime | None
    error_reason: str | None
    index: EventIndex
    context: str | None
    payload: str

    def identified(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """`event`, which this was prepared from, with the `eventID` it is kept under."""
        return event if "eventID" in event else {**event, "eventID": self.event_id}


def prepare_event(
    event: Mapping[str, Any],
    *,
    raw: str,
    now: dt.datetime,
    surroundings: Surroundings = STANDING_ALONE,
    position: int = 0,
    pointer: str = "",
    stands_alone: bool = False,
) -> PreparedEvent:
    """Check, hash and index one `event`, whose JSON text is `raw`. Raises EventRefused with every problem found.

    `now` is the moment of capture. An event that `stands_alone` must bring its own `@context`.
    """
    own_context = event.get("@context") if isinstance(event, Mapping) else None
    spaces = surroundings.spaces if own_context is None else namespaces(surroundings.context, own_context)
    problems = validate_event(event, pointer=pointer, stands_alone=stands_alone) or _broken_rules(
        event, own_context, spaces, now + AHEAD_OF_OUR_CLOCK, pointer
    )
    if problems:
        raise EventRefused(problems)
    declaration = event.get("errorDeclaration") or {}
    reason = declaration.get("reason")
    digest = _hash(event, spaces, pointer)
    event_id = event.get("eventID")
    if event_id is None:
        event_id, raw = digest, f'{{"eventID":"{digest}",{raw[1:]}'
    index = index_event(event, spaces)
    _check_lengths(event_id, index, pointer)
    return PreparedEvent(
        position=position,
        pointer=pointer,
        event_id=event_id,
        event_hash=digest,
        event_type=event["type"],
        action=event.get("action"),
        event_time=moment(event["eventTime"]),
        event_time_zone_offset=event["eventTimeZoneOffset"],
        error_declared_at=moment(declaration["declarationTime"]) if declaration else None,
        error_reason=None if reason is None else ERROR_REASONS.bare(reason),
        index=index,
        context=surroundings.kept_context,
        payload=raw,
    )


def _broken_rules(
    event: Mapping[str, Any], own_context: Any, spaces: Namespaces, latest: dt.datetime, pointer: str
) -> list[Problem]:
    """What is wrong with an event that the standard's schema finds valid."""
    if event["type"] not in EVENT_TYPES:
        return [Problem(f"{pointer}/type", _NO_SUCH_KIND)]
    if own_context is not None:
        found = check_context(own_context, pointer=f"{pointer}/@context")
        if found:
            return found
    return check_event_rules(event, spaces, latest=latest, pointer=pointer)


def _hash(event: Mapping[str, Any], spaces: Namespaces, pointer: str) -> str:
    try:
        return event_hash(event, spaces)
    except (ValueError, OverflowError) as error:
        raise EventRefused([Problem(pointer, _NO_HASH, {"reason": str(error)})]) from None


def _check_lengths(event_id: str, index: EventIndex, pointer: str) -> None:
    longest = max(
        [
            len(event_id),
            len(index.biz_step or ""),
            len(index.disposition or ""),
            len(index.read_point or ""),
            len(index.biz_location or ""),
        ]
        + [len(item.identifier) for item in index.identifiers]
        + [len(measure.name) for measure in index.measures]
    )
    if longest > LONGEST_NAME:
        raise EventRefused([Problem(pointer, _TOO_LONG, {"limit": LONGEST_NAME})])
