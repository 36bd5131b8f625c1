"""Taking documents in, to be captured by a job; capturing a single event at once."""

from collections.abc import Iterator
from io import BytesIO
from typing import IO, Final

from core.db import after_commit, db, new_id, utc_now
from core.jobs import enqueue
from traceability.capture.contents import keep_content
from traceability.capture.errors import InvalidDocument, TooManyEvents
from traceability.capture.models import CaptureJob, ErrorBehaviour
from traceability.capture.on_behalf import kept_party
from traceability.capture.tasks import run
from traceability.epcis.documents import DocumentHead, StreamedEvent, stream_events
from traceability.epcis.errors import DocumentError, Problem
from traceability.epcis.validation import check_context, validate_head
from traceability.gs1.errors import N_
from traceability.journal.parties import Party
from traceability.journal.policies import check_may_capture
from traceability.journal.preparing import EventRefused, PreparedEvent, prepare_event
from traceability.journal.storing import store_events
from traceability.journal.usecases import conflict_error

MOST_EVENTS: Final = 250_000
"""Events of one document."""
LARGEST_DOCUMENT: Final = 100_000_000
"""Bytes of one document."""
LARGEST_EVENT: Final = 2_000_000
"""Bytes of a single event."""


def accept_document(*, party: Party, file: IO[bytes], error_behaviour: ErrorBehaviour) -> CaptureJob:
    """Take in the EPCIS document, query document or bare event in `file`; a worker captures its events soon.

    Only what concerns the document as a whole is checked now. Raises InvalidDocument for what cannot be read or is
    no document, TooManyEvents.
    """
    head, _events = open_document(file)
    if head.event_count > MOST_EVENTS:
        raise TooManyEvents
    job = CaptureJob(
        id=new_id(),
        error_behaviour=error_behaviour,
        document=head.document,
        event_count=head.event_count,
        captured_by=party.actor.user_id,
        token_id=party.token_id,
        producer_ids=sorted(party.producer_ids),
        party=kept_party(party),
    )
    db.session.add(job)
    db.session.flush()
    keep_content(job.id, file)
    request_run(job)
    return job


def open_document(file: IO[bytes]) -> tuple[DocumentHead, Iterator[StreamedEvent]]:
    """The head of the document in `file`, and its events, if it may be captured. Raises InvalidDocument."""
    try:
        head, events = stream_events(file)
    except DocumentError as error:
        raise InvalidDocument.because([error.problem]) from None
    if not head.is_bare_event:
        problems = validate_head(head.document) or check_context(head.context)
        if problems:
            raise InvalidDocument.because(problems)
    return head, events


def request_run(job: CaptureJob) -> None:
    """Let a worker begin, or go on, with `job` after the commit."""
    job_id = str(job.id)
    after_commit(lambda: enqueue(run, job_id))


def capture_single_event(*, party: Party, content: bytes) -> PreparedEvent:
    """Capture the one bare event that `content` holds, with its own `@context`.

    Raises InvalidDocument, Refused for goods that are not the party's, DuplicateEvent, EventIdTaken.
    """
    streamed = _single_event(content)
    try:
        prepared = prepare_event(streamed.event, raw=streamed.raw, now=utc_now(), stands_alone=True)
    except EventRefused as refusal:
        raise InvalidDocument.because(refusal.problems) from None
    check_may_capture(party, prepared.index, prepared.identified(streamed.event))
    stored = store_events(party=party, events=[prepared])
    for unstored in stored.unstored:
        raise conflict_error(unstored.conflict)
    return prepared


def _single_event(content: bytes) -> StreamedEvent:
    head, events = open_document(BytesIO(content))
    if not head.is_bare_event:
        problem = Problem("", N_("This is a document, not an event; documents are captured at %(place)s."), _CAPTURE)
        raise InvalidDocument.because([problem])
    return next(events)


_CAPTURE: Final = {"place": "/epcis/v2/capture"}
