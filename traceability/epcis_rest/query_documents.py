"""EPCIS query documents put together as text: events leave as they were stored, without being read again."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from core.db import utc_now
from traceability.epcis.contexts import EPCIS_CONTEXT
from traceability.epcis.event_builders import iso_time


class EventText(Protocol):
    """One event on its way out: its `eventID`, its JSON text, when it was recorded (ISO 8601, UTC), and the JSON text
    of the list of contexts that its document declared beyond the standard's."""

    @property
    def event_id(self) -> str: ...
    @property
    def payload(self) -> str: ...
    @property
    def context(self) -> str | None: ...
    @property
    def record_time(self) -> str: ...


def query_document(
    events: Iterable[EventText],
    *,
    query_name: str = "SimpleEventQuery",
    subscription_id: str | None = None,
    translate: Callable[[str], str] = str,
    created_at: datetime | None = None,
) -> str:
    """An EPCISQueryDocument (EPCIS 2.0 §9.5, §12) with `events` in their order, as JSON text.

    Each event carries its `recordTime` (§7.4.1.1). When all were declared under the same context, that becomes the
    document's; otherwise each event that has one carries its own `@context`. `translate` rewrites the text of an
    event last (see `epc_formats`).
    """
    listed = list(events)
    contexts = {event.context for event in listed}
    shared = contexts.pop() if len(contexts) == 1 else None
    texts = [translate(with_own_fields(event, own_context=shared is None)) for event in listed]
    subscription = "" if subscription_id is None else f'"subscriptionID":{_json(subscription_id)},'
    return (
        f'{{"@context":{_extended(shared)},"type":"EPCISQueryDocument","schemaVersion":"2.0",'
        f'"creationDate":"{iso_time(created_at or utc_now())}","epcisBody":{{"queryResults":{{{subscription}'
        f'"queryName":{_json(query_name)},"resultsBody":{{"eventList":[{",".join(texts)}]}}}}}}}}'
    )


def collection(members: Sequence[str]) -> str:
    """A list of names or URIs as the top-level resources give it, as JSON text."""
    return _json({"@context": EPCIS_CONTEXT, "type": "Collection", "member": list(members)})


_REPLACED: Final = ('"recordTime"', '"@context"')


def with_own_fields(event: EventText, *, own_context: bool) -> str:
    """The event's text with the time it was recorded and, if wanted, the context it was declared under, in front."""
    context = event.context if own_context else None
    text = event.payload
    if any(name in text for name in _REPLACED):
        return _merged(event, context)
    declared = "" if context is None else f'"@context":{_extended(context)},'
    identified = "" if '"eventID"' in text else f'"eventID":{_json(event.event_id)},'
    return f'{{{declared}{identified}"recordTime":"{event.record_time}",{text.lstrip()[1:]}'


def _merged(event: EventText, context: str | None) -> str:
    """The same for an event that brings such fields itself: our time of recording counts, contexts add up."""
    fields: dict[str, Any] = json.loads(event.payload)
    own = fields.pop("@context", None)
    fields.pop("recordTime", None)
    contexts: list[Any] = [] if context is None else [EPCIS_CONTEXT, *json.loads(context)]
    contexts += [one for one in (own if isinstance(own, list) else [own] if own else []) if one not in contexts]
    front: dict[str, Any] = {"@context": contexts} if contexts else {}
    return _json({**front, "eventID": event.event_id, "recordTime": event.record_time, **fields})


def _extended(context: str | None) -> str:
    """The standard's context, with what a document declared beside it (JSON text of a list)."""
    inner = "" if context is None else context.strip()[1:-1].strip()
    return f"[{_STANDARD}{',' + inner if inner else ''}]"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_STANDARD: Final = _json(EPCIS_CONTEXT)
