"""Reading documents: all forms, as a stream, and whatever the world sends instead of a document."""

import io
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.traceability.epcis import events as own
from traceability.epcis import documents, text_window
from traceability.epcis.documents import DocumentError, DocumentHead, StreamedEvent, read_document, stream_events
from traceability.epcis.strict_json import explain, parse


def streamed(content: bytes | str | dict[str, Any], **options: Any) -> tuple[DocumentHead, list[StreamedEvent]]:
    if isinstance(content, dict):
        content = json.dumps(content, ensure_ascii=False)
    head, events = stream_events(io.BytesIO(content.encode() if isinstance(content, str) else content), **options)
    return head, list(events)


def test_a_document_comes_as_its_head_and_its_events() -> None:
    document = own.DOCUMENT_WITH_MASTER_DATA
    head, events = streamed(document)
    assert head.document == {**document, "epcisBody": {"eventList": []}}
    assert (head.context, head.type, head.schema_version) == (own.CONTEXT, "EPCISDocument", "2.0")
    assert head.creation_date == "2026-09-03T00:00:00Z"
    assert head.header["epcisMasterData"] == own.MASTER_DATA
    assert (head.event_count, head.is_bare_event) == (5, False)
    assert [event.event for event in events] == own.FULL_EVENTS
    assert [event.position for event in events] == [0, 1, 2, 3, 4]
    assert [event.pointer for event in events] == [f"/epcisBody/eventList/{index}" for index in range(5)]


def test_the_events_of_a_query_document() -> None:
    head, events = streamed(own.query_document(own.SIMPLE_EVENT))
    assert head.document["epcisBody"]["queryResults"]["resultsBody"]["vocabularyList"]
    assert [event.pointer for event in events] == ["/epcisBody/queryResults/resultsBody/eventList/0"]


def test_an_event_on_its_own() -> None:
    text = "\n" + json.dumps({"@context": own.CONTEXT, **own.SIMPLE_EVENT}) + " "
    head, events = streamed(text)
    assert (head.is_bare_event, head.event_count, head.document) == (True, 1, {})
    assert [(event.pointer, event.raw) for event in events] == [("", text.strip())]


def test_an_event_keeps_its_text_as_it_came() -> None:
    raw = '{ "type" :"ObjectEvent",\n"example:x":1.0, "example:y":"\\u1ea5m ấm" }'
    _, events = streamed('{"type": "EPCISDocument", "epcisBody": {"eventList": [ ' + raw + " ]}}")
    assert [event.raw for event in events] == [raw]
    assert events[0].event == {"type": "ObjectEvent", "example:x": 1.0, "example:y": "ấm ấm"}


def test_the_context_may_stand_behind_the_events() -> None:
    document = own.document(own.SIMPLE_EVENT)
    head, events = streamed(dict(reversed(document.items())))
    assert head.context == own.CONTEXT
    assert [event.event for event in events] == [own.SIMPLE_EVENT]


def test_a_document_without_events() -> None:
    assert streamed(own.document())[1] == []
    assert streamed({"type": "EPCISDocument"})[1] == []


def test_what_is_no_list_of_events_stays_in_the_head() -> None:
    head, events = streamed({"type": "EPCISDocument", "epcisBody": {"eventList": {"type": "ObjectEvent"}}})
    assert events == []
    assert head.document["epcisBody"]["eventList"] == {"type": "ObjectEvent"}


def test_a_byte_order_mark_is_passed_over() -> None:
    content = b"\xef\xbb\xbf" + json.dumps(own.document(own.SIMPLE_EVENT)).encode()
    assert len(streamed(content)[1]) == 1
    assert read_document(content)["type"] == "EPCISDocument"


def test_an_event_id_may_stand_twice_as_in_a_published_example() -> None:
    raw = '{"type": "ObjectEvent", "eventID": "urn:uuid:1", "eventID": "urn:uuid:2"}'
    assert streamed(raw)[1][0].event["eventID"] == "urn:uuid:2"


BAD = [
    (b"", "", "ends too early"),
    (b"   \n", "", "ends too early"),
    (b'{"epcisBody": {"eventList": [{"type": "Obj', "/epcisBody/eventList/0/type", "ends too early"),
    (b'{"type": "EPCISDocument", "epcisBody": {"eventList": [{"a": 1},', "/epcisBody/eventList/1", "too early"),
    (b'{"type": "EPCISDocument", "epcisBody": {"eventList": [{"a": 1}', "/epcisBody/eventList", "too early"),
    (b'{"type": "EPCISDocument"', "", "too early"),
    (b"[" * 10_000, "/0/0/0", "nested too deeply"),
    (b'{"a":' * 10_000, "/a/a/a", "nested too deeply"),
    (b'{"epcisBody": {"eventList": [{"a": ' + b"[" * 10_000, "/epcisBody/eventList/0/a/0/0", "nested too deeply"),
    (b'{"x": ' + b"[" * 65 + b"]" * 65 + b"}", "/x/0/0", "nested too deeply"),
    (b'{"type": "ObjectEvent", "type": "ObjectEvent"}', "/type", "stands in this object twice"),
    (b'{"type": "ObjectEvent", "\\u0074ype": "ObjectEvent"}', "/type", "stands in this object twice"),
    (b'{"epcisBody": {"eventList": [{}, {"a/b": {"c~": 1, "c~": 1}}]}}', "/epcisBody/eventList/1/a~1b/c~0", "twice"),
    (b'{"epcisBody": {"eventList": [], "eventList": []}}', "/epcisBody/eventList", "twice"),
    (
        b'{"epcisBody": {"eventList": [], "queryResults": {"resultsBody": {"eventList": []}}}}',
        "/epcisBody/queryResults/resultsBody/eventList",
        "one list of events",
    ),
    (b'{"a": [1, NaN]}', "/a/1", "NaN and Infinity"),
    (b'{"a": -Infinity}', "/a", "NaN and Infinity"),
    (b'{"a": 1e400}', "/a", "too large"),
    (b'{"a": -' + b"9" * 5_000 + b"}", "/a", "too large"),
    (b'{"a": "\\ud800"}', "/a", "surrogate"),
    (b'{"a": ["\\udc00\\ud800"]}', "/a/0", "surrogate"),
    (b'{"a": "\\u0000"}', "/a", "NUL"),
    (json.dumps(own.document()).encode("utf-16"), "", "not UTF-8"),
    (json.dumps(own.document()).encode("utf-16-le"), "", "not JSON"),
    ('{"a": "ấm"}'.encode("windows-1258", "replace") + b"\xe2", "", "UTF-8"),
    (b'{"a": "\xe1"}', "", "not UTF-8: byte 8"),
    (b"\x00\x01\x02", "", "not JSON"),
    (b"[]", "", "is a JSON object"),
    (b'[{"type": "ObjectEvent"}]', "", "is a JSON object"),
    (b"null", "", "is a JSON object"),
    (b"12", "", "is a JSON object"),
    (b'{"a": 1} {"a": 1}', "", "unexpected text at character 10"),
    (b"{'a': 1}", "", "unexpected text at character 2"),
    (b'{"a": 1,}', "", "unexpected text at character 9"),
    (b'{"a": 01}', "", "unexpected text at character 8"),
    (b'{"a": "\t"}', "/a", "unexpected text at character 8"),
    (b'{"a": "\\x"}', "/a", "unexpected text at character 8"),
    (b'{"a": tru}', "/a", "unexpected text at character 7"),
    (b'{"a" 1}', "/a", "unexpected text at character 6"),
    (b'{"a": [1 2]}', "/a/0", "unexpected text at character 10"),
    (b'{"a": {"b": 1]}', "/a/b", "unexpected text at character 14"),
    (b'{"epcisBody": {"eventList": [{"a": 1} {"a": 1}]}}', "/epcisBody/eventList", "unexpected text"),
    (b'{"epcisBody": {"eventList": [{"a": 1},]}}', "/epcisBody/eventList/1", "unexpected text"),
    (b'{"epcisBody": {"eventList": [null]}}', "/epcisBody/eventList/0", "An event is a JSON object"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "pointer", "message"), BAD, ids=[str(index) for index in range(len(BAD))])
def test_what_is_no_document_is_refused_with_the_place(content: bytes, pointer: str, message: str) -> None:
    with pytest.raises(DocumentError) as refusal:
        streamed(content)
    assert message in str(refusal.value.problem)
    assert refusal.value.pointer.startswith(pointer)
    if "nested" not in message:
        assert refusal.value.pointer == pointer


@pytest.mark.parametrize(
    "content", [content for content, _, why in BAD if "object" not in why and "one list" not in why]
)
def test_reading_in_one_piece_is_as_strict(content: bytes) -> None:
    with pytest.raises(DocumentError):
        read_document(content)


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64])
def test_it_does_not_matter_where_the_text_is_cut_into_chunks(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    document = own.document({"n": -12.5e3, "ấm": 'ấm \\ " \n \U0001f34a'}, own.SIMPLE_EVENT, own.OBJECT_EVENT)
    whole = streamed(document)
    monkeypatch.setattr(text_window, "CHUNK", chunk)
    monkeypatch.setattr(documents, "_KEPT_LENGTH", 0)
    assert streamed(document) == whole
    with pytest.raises(DocumentError, match="twice"):
        streamed(json.dumps(document).replace('"action"', '"type"'))


@pytest.mark.parametrize("chunk", [1, 2, 3, 64])
def test_a_byte_that_is_not_utf8_is_counted_from_the_beginning(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_window, "CHUNK", chunk)
    content = '{"a": "ấm"}'.encode()
    with pytest.raises(DocumentError, match=r"byte 8\."):
        streamed(content[:9] + content[10:])


def test_lists_without_end_are_refused_before_they_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_window, "MAX_VALUE_LENGTH", 100_000)
    monkeypatch.setattr(text_window, "CHUNK", 1000)
    endless = io.BytesIO(
        b'{"epcisBody": {"eventList": [{"epcList": [' + b'"urn:epc:id:sgtin:0614141.107346.1",' * 100_000
    )
    with pytest.raises(DocumentError, match="too long") as refusal:
        stream_events(endless)
    assert refusal.value.pointer == "/epcisBody/eventList/0"
    assert endless.tell() < 1_000_000
    with pytest.raises(DocumentError, match="too long"):
        streamed(b'{"type": "ObjectEvent", "epcList": [' + b'"urn:a:b",' * 100_000 + b'"urn:a:b"]}')


def test_more_events_than_are_taken() -> None:
    assert len(streamed(own.document(*[own.SIMPLE_EVENT] * 3), max_events=3)[1]) == 3
    with pytest.raises(DocumentError, match="at most 2"):
        streamed(own.document(*[own.SIMPLE_EVENT] * 3), max_events=2)


class RepeatedEvents(io.RawIOBase):
    """A document of many events that is made while it is read."""

    def __init__(self, count: int) -> None:
        self.before = b'{"type": "EPCISDocument", "epcisBody": {"eventList": ['
        self.event = json.dumps(own.OBJECT_EVENT).encode() + b","
        self.after = b'{"type": "ObjectEvent"}]}}'
        self.size = len(self.before) + count * len(self.event) + len(self.after)
        self.end_of_events = self.size - len(self.after)
        self.position = 0

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.position

    def seek(self, offset: int, whence: int = 0) -> int:
        self.position = offset
        return offset

    def read(self, size: int = -1) -> bytes:
        start, end = self.position, min(self.position + size, self.size)
        self.position = end
        first = max(start - len(self.before), 0) % len(self.event)
        repeated = self.event * ((end - start) // len(self.event) + 2)
        events_before_end = max(min(end, self.end_of_events) - max(start, len(self.before)), 0)
        return (
            self.before[start:end]
            + repeated[first : first + events_before_end]
            + self.after[max(start - self.end_of_events, 0) : max(end - self.end_of_events, 0)]
        )


def test_memory_stays_flat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_KEPT_LENGTH", 10_000)

    def peak(count: int) -> int:
        tracemalloc.start()
        head, events = stream_events(RepeatedEvents(count))  # a file as far as it is read
        assert head.event_count == sum(1 for _ in events) == count + 1
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    small, large = peak(400), peak(1_600)
    assert large < small * 1.1


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text('aấ\\"/{[,:]}'),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text('ab~/"{'), children, max_size=4),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_the_slow_reader_finds_nothing_in_good_json(value: Any) -> None:
    text = json.dumps(value)
    assert explain(text, "") is None
    assert parse(text) == value


@given(JSON_VALUES, st.data())
def test_both_readers_refuse_the_same(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value)
    place = data.draw(st.integers(0, len(text) - 1))
    damaged = (
        text[:place]
        + data.draw(st.sampled_from(["", '"', "{", "}", "]", ",", ":", "0", "\\", "NaN"]))
        + text[place + 1 :]
    )
    explained = explain(damaged, "")
    try:
        parse(damaged)
    except DocumentError as error:
        assert explained is not None or "unexpected text" in str(error)
    else:
        assert explained is None
