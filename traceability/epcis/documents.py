"""EPCIS documents read strictly, and as a stream: memory stays flat however many events a document holds.

A document is an EPCISDocument, an EPCISQueryDocument or a bare event (EPCIS 2.0, section 12; the REST interface has
no form for a list of bare events, so a list is refused). Text is UTF-8; a byte order mark at its beginning is passed
over, as RFC 8259, section 8.1, allows.
"""

import codecs
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, Final

from traceability.epcis.errors import DocumentError, pointer_step
from traceability.epcis.strict_json import (
    DUPLICATE_NAME,
    ENDS_EARLY,
    REPEATABLE,
    Forbidden,
    explain,
    not_json,
    parse,
    scan,
    scan_again,
    skip_space,
)
from traceability.gs1.errors import N_

__all__ = ["DocumentError", "DocumentHead", "StreamedEvent", "read_document", "stream_events"]

MAX_VALUE_LENGTH: Final = 16 * 1024 * 1024
"""Characters that one event, or one member of the document around the events, may have."""

DOCUMENT_TYPES: Final = ("EPCISDocument", "EPCISQueryDocument")

_CHUNK: Final = 256 * 1024
_LONGEST_MARK: Final = 16
"""Longer than any escape or word of JSON: an error so near the end may only mean that the text is cut there."""
_KEPT_LENGTH: Final = 4 * 1024 * 1024
"""Up to so many characters of events are kept from the first reading; more are read again."""

_EVENTS: Final[Mapping[str, Any]] = {}
_WAY_TO_EVENTS: Final[Mapping[str, Any]] = {
    "epcisBody": {"eventList": _EVENTS, "queryResults": {"resultsBody": {"eventList": _EVENTS}}}
}

Scanner = Callable[[str, int], tuple[Any, int]]


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
    reading = _Reading(_Window(file, scan_again if read_before else scan), max_events)
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
        raise _no_utf8(error.start) from None


def _no_utf8(position: int) -> DocumentError:
    return DocumentError("", N_("The text is not UTF-8: byte %(position)s."), {"position": position + 1})


def _bare_event(file: IO[bytes], start: int) -> StreamedEvent:
    file.seek(start)
    content = file.read(4 * MAX_VALUE_LENGTH + 1)
    text = _decoded(content).strip(" \t\n\r")
    if len(text) > MAX_VALUE_LENGTH:
        raise _too_long("")
    return StreamedEvent(0, "", text, json.loads(text))


def _events_again(file: IO[bytes], events_at: int, pointer: str) -> Iterator[StreamedEvent]:
    """The events of a list that was read and found good before; it begins at the byte ``events_at``."""
    file.seek(events_at)
    yield from _Reading(_Window(file, scan_again), None).members_of_list(pointer)


def _too_long(pointer: str) -> DocumentError:
    return DocumentError(
        pointer,
        N_("This is too long: at most %(limit)s characters are read in one piece."),
        {"limit": MAX_VALUE_LENGTH},
    )


class _Window:
    """The part of a text file that is being read; what lies behind ``position`` is dropped when more is needed."""

    def __init__(self, file: IO[bytes], scanner: Scanner) -> None:
        self._file = file
        self._scan = scanner
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._ended = False
        self._dropped = 0
        self._bytes = file.tell()
        self.text = ""
        self.position = 0
        if self._more():
            self.text = self.text.removeprefix("\ufeff")

    @property
    def offset(self) -> int:
        """How many characters of the file have been read up to ``position``."""
        return self._dropped + self.position

    def byte_offset(self) -> int:
        """The place of ``position`` in the file, in bytes."""
        undecoded = len(self._decoder.getstate()[0])
        return self._bytes - undecoded - len(self.text[self.position :].encode())

    def _more(self) -> bool:
        """Read on; false at the end of the file."""
        if self._ended:
            return False
        self._dropped += self.position
        content = self._file.read(max(_CHUNK, len(self.text) - self.position))
        self._ended = not content
        try:
            addition = self._decoder.decode(content, final=self._ended)
        except UnicodeDecodeError as error:
            raise _no_utf8(self._bytes + error.start) from None
        self._bytes += len(content)
        self.text = self.text[self.position :] + addition
        self.position = 0
        return not self._ended

    def next_character(self) -> str:
        """The next character that is no white space, without taking it; empty at the end of the file."""
        while True:
            self.position = skip_space(self.text, self.position)
            if self.position < len(self.text):
                return self.text[self.position]
            if not self._more():
                return ""

    def expect(self, characters: str, pointer: str) -> str:
        """Take the next character, which must be one of ``characters``."""
        character = self.next_character()
        if not character:
            raise DocumentError(pointer, ENDS_EARLY)
        if character not in characters:
            raise not_json(pointer, self.offset)
        self.position += 1
        return character

    def value(self, pointer: str) -> tuple[Any, str]:
        """Take the next value: parsed, and as it is written."""
        self.next_character()
        while True:
            try:
                value, end = self._scan(self.text, self.position)
                cut = end == len(self.text)
            except (ValueError, RecursionError) as error:
                end, cut = 0, self._may_be_cut(error)
            if not cut and not end:
                raise self._explanation(pointer)
            if (end or len(self.text)) - self.position > MAX_VALUE_LENGTH:
                raise _too_long(pointer)
            if end and (not cut or self._ended):
                raw = self.text[self.position : end]
                self.position = end
                return value, raw
            if self._ended:
                raise self._explanation(pointer)
            self._more()

    def _may_be_cut(self, error: Exception) -> bool:
        """Whether the error may only mean that the rest of the value has not been read yet."""
        if self._ended or isinstance(error, Forbidden | RecursionError):
            return False
        return isinstance(error, json.JSONDecodeError) and (
            error.msg.startswith("Unterminated") or error.pos > len(self.text) - _LONGEST_MARK
        )

    def _explanation(self, pointer: str) -> DocumentError:
        explained = explain(self.text[self.position :], pointer, offset=self.offset)
        return explained or not_json(pointer, self.offset)


@dataclass(slots=True)
class _Reading:
    """One walk through a document: what lies around the events is kept, the events only as long as they are few."""

    window: _Window
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
