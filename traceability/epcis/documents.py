"""EPCIS documents read strictly, and as a stream: memory stays flat however many events a document holds.

A document is an EPCISDocument, an EPCISQueryDocument or a bare event (EPCIS 2.0, section 12; the REST interface has
no form for a list of bare events, so a list is refused). Text is UTF-8; a byte order mark at its beginning is passed
over, as RFC 8259, section 8.1, allows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, Final

from traceability.epcis.errors import DocumentError, pointer_step
from traceability.epcis.strict_json import (
    DUPLICATE_NAME,
    REPEATABLE,
    not_json,
    parse,
    scan,
    scan_again,
)
from traceability.epcis.text_window import TextWindow, no_utf8
from traceability.gs1.errors import N_

__all__ = ["DocumentError", "DocumentHead", "StreamedEvent", "read_document", "stream_events"]

DOCUMENT_TYPES: Final = ("EPCISDocument", "EPCISQueryDocument")

_KEPT_LENGTH: Final = 4 * 1024 * 1024
"""Up to so many characters of events are kept from the first reading; more are read again."""

_EVENTS: Final[Mapping[str, Any]] = {}
_WAY_TO_EVENTS: Final[Mapping[str, Any]] = {
    "epcisBody": {"eventList": _EVENTS, "queryResults": {"resultsBody": {"eventList": _EVENTS}}}
}


@dataclass(frozen=True, slots=True)
class StreamedEvent:
    """One event: its ``position`` in the list (from 0), JSON ``pointer``, own text as it came, and parsed form."""

    position: int
    pointer: str
    raw: str
    event: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DocumentHead:
    """Everything of a document but its events; its event list stands in ``document`` as an empty list.

    Of a bare event ``document`` is empty and ``is_bare_event`` true: the event carries its own ``@context``.
    """

    document: dict[str, Any]
    event_count: int
    is_bare_event: bool = False

    @property
    def context(self) -> Any:
        """The ``@context`` around the events, None when there is none."""
        return self.document.get("@context")

    @property
    def type(self) -> Any:
        """``EPCISDocument`` or ``EPCISQueryDocument``; None around a bare event."""
        return self.document.get("type")

    @property
    def schema_version(self) -> Any:
        return self.document.get("schemaVersion")

    @property
    def creation_date(self) -> Any:
        return self.document.get("creationDate")

    @property
    def header(self) -> Any:
        """The ``epcisHeader`` with its master data, or None."""
        return self.document.get("epcisHeader")


def read_document(content: bytes) -> Any:
    """Parse ``content`` strictly, in one piece. Raises DocumentError with the place."""
    return parse(_decoded(content))


def stream_events(
    file: IO[bytes], *, max_events: int | None = None, read_before: bool = False
) -> tuple[DocumentHead, Iterator[StreamedEvent]]:
    """The head of the document in a seekable ``file``, and its events one at a time.

    The whole text is read once before this returns: every DocumentError is raised here, none while the events are
    walked through, and the head is complete wherever in the document its members stand. ``max_events`` is the
    number of events above which a document is refused. A text that was ``read_before`` from beginning to end and found
    good is not held against the strict rules a second time.
    """
    start = file.tell()
    reading = _Reading(TextWindow(file, scan_again if read_before else scan), max_events)
    document = reading.document()
    if "epcisBody" not in document and document.get("type") not in DOCUMENT_TYPES:
        return DocumentHead({}, 1, is_bare_event=True), iter([_bare_event(file, start)])
    head = DocumentHead(document, reading.event_count)
    if reading.kept is not None or reading.events_at is None:
        return head, iter(reading.kept or [])
    return head, _events_again(file, reading.events_at, reading.events_pointer)


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise no_utf8(error.start) from None


def _bare_event(file: IO[bytes], start: int) -> StreamedEvent:
    file.seek(start)
    event, raw = TextWindow(file, scan_again).value("")
    return StreamedEvent(0, "", raw, event)


def _events_again(file: IO[bytes], events_at: int, pointer: str) -> Iterator[StreamedEvent]:
    """The events of a list that was read and found good before; it begins at the byte ``events_at``."""
    file.seek(events_at)
    yield from _Reading(TextWindow(file, scan_again), None).members_of_list(pointer)


@dataclass(slots=True)
class _Reading:
    """One walk through a document: what lies around the events is kept, the events only as long as they are few."""

    window: TextWindow
    max_events: int | None
    event_count: int = 0
    events_at: int | None = None
    events_pointer: str = ""
    kept: list[StreamedEvent] | None = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """All members of the document, its event list empty."""
        if self.window.next_character() not in ("{", ""):
            self.window.value("")
            raise DocumentError("", N_("An EPCIS document is a JSON object."))
        self.window.expect("{", "")
        document = self._object("", _WAY_TO_EVENTS)
        if self.window.next_character():
            raise not_json("", self.window.offset)
        return document

    def _object(self, pointer: str, way: Mapping[str, Any]) -> dict[str, Any]:
        members: dict[str, Any] = {}
        if self.window.next_character() == "}":
            self.window.expect("}", pointer)
            return members
        while True:
            if self.window.next_character() not in ('"', ""):
                raise not_json(pointer, self.window.offset)
            name, _ = self.window.value(pointer)
            place = pointer + pointer_step(name)
            if name in members and name not in REPEATABLE:
                raise DocumentError(place, DUPLICATE_NAME, {"name": name})
            self.window.expect(":", place)
            members[name] = self._member(place, way.get(name))
            if self.window.expect(",}", pointer) == "}":
                return members

    def _member(self, pointer: str, way: Mapping[str, Any] | None) -> Any:
        character = self.window.next_character()
        if way is _EVENTS and character == "[":
            self.window.expect("[", pointer)
            self._events(pointer)
            return []
        if way is not None and way is not _EVENTS and character == "{":
            self.window.expect("{", pointer)
            return self._object(pointer, way)
        return self.window.value(pointer)[0]

    def _events(self, pointer: str) -> None:
        if self.events_at is not None:
            raise DocumentError(pointer, N_("A document has one list of events only."))
        self.events_at, self.events_pointer = self.window.byte_offset(), pointer
        length = 0
        for event in self.members_of_list(pointer):
            self.event_count += 1
            if self.max_events is not None and self.event_count > self.max_events:
                raise DocumentError(
                    pointer, N_("There are too many events: at most %(limit)s are taken."), {"limit": self.max_events}
                )
            length += len(event.raw)
            if length > _KEPT_LENGTH:
                self.kept = None
            if self.kept is not None:
                self.kept.append(event)

    def members_of_list(self, pointer: str) -> Iterator[StreamedEvent]:
        """The events of a list whose opening bracket has been taken."""
        window = self.window
        if window.next_character() == "]":
            window.expect("]", pointer)
            return
        position = 0
        while True:
            place = f"{pointer}/{position}"
            event, raw = window.value(place)
            if not isinstance(event, dict):
                raise DocumentError(place, N_("An event is a JSON object."))
            yield StreamedEvent(position, place, raw, event)
            if window.expect(",]", pointer) == "]":
                return
            position += 1
