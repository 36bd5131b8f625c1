"""The events of a document, prepared in batches: what can be stored, and why the rest cannot."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from core.db import utc_now
from core.errors import Refused
from traceability.capture.errors import ErrorKind, EventError
from traceability.epcis.documents import DocumentHead, StreamedEvent
from traceability.epcis.errors import Problem
from traceability.gs1.errors import N_
from traceability.journal.parties import Party
from traceability.journal.policies import CaptureCheck, capture_check
from traceability.journal.preparing import EventRefused, PreparedEvent, Surroundings, prepare_event
from traceability.journal.storing import Conflict, Unstored

BATCH_SIZE: Final = 500

_CONFLICTS: Final = {
    Conflict.DUPLICATE: N_("This event is in the journal already."),
    Conflict.ID_TAKEN: N_("Another event has this eventID already."),
}


@dataclass(slots=True)
class Batch:
    """`count` events of a document from the position `first` on: those that are `prepared`, and the `errors`."""

    first: int
    count: int = 0
    prepared: list[PreparedEvent] = field(default_factory=list)
    errors: list[EventError] = field(default_factory=list)


def prepared_batches(
    events: Iterable[StreamedEvent], *, head: DocumentHead, party: Party, first: int = 0
) -> Generator[Batch, None, None]:
    """Batches of the `events` from the position `first` on, checked on behalf of `party`.

    What the check needs of the database is read before the first batch is asked for.
    """
    return _batches(events, head, capture_check(party), first)


def _batches(
    events: Iterable[StreamedEvent], head: DocumentHead, check_may_capture: CaptureCheck, first: int
) -> Generator[Batch, None, None]:
    surroundings = Surroundings.of(head.context)
    remaining = islice(events, first, None)
    while chunk := list(islice(remaining, BATCH_SIZE)):
        batch = Batch(first=chunk[0].position, count=len(chunk))
        now = utc_now()
        for streamed in chunk:
            try:
                prepared = prepare_event(
                    streamed.event,
                    raw=streamed.raw,
                    now=now,
                    surroundings=surroundings,
                    position=streamed.position,
                    pointer=streamed.pointer,
                    stands_alone=head.is_bare_event,
                )
                check_may_capture(prepared.index, prepared.identified(streamed.event))
            except EventRefused as refusal:
                batch.errors += [
                    EventError(streamed.position, ErrorKind.INVALID, problem) for problem in refusal.problems
                ]
            except Refused as refusal:
                problem = Problem(streamed.pointer, str(refusal))
                batch.errors.append(EventError(streamed.position, ErrorKind.NOT_ALLOWED, problem))
            else:
                batch.prepared.append(prepared)
        yield batch


def conflict_errors(unstored: Iterable[Unstored]) -> list[EventError]:
    """What is told about valid events that were not stored."""
    return [
        EventError(each.event.position, ErrorKind.EXISTS, Problem(each.event.pointer, _CONFLICTS[each.conflict]))
        for each in unstored
    ]
