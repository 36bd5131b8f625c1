"""What should never have been sent: a problem document, and nothing stored."""

import io
import json
from typing import Any

import pytest
from sqlalchemy import select

from core.db import db
from tests.traceability.capture.conftest import Program, count_events
from traceability.capture.models import CaptureJob
from traceability.capture.usecases import LARGEST_DOCUMENT, LARGEST_EVENT
from traceability.epcis.contexts import EPCIS_CONTEXT


def nothing_happened() -> bool:
    return count_events() == 0 and db.session.scalars(select(CaptureJob.id)).all() == []


def with_text(program: Program, old: str, new: str) -> bytes:
    """A good document of one event with a piece of its text replaced."""
    text = json.dumps(program.document(program.event(1)))
    assert old in text
    return text.replace(old, new, 1).encode()


DEEP = "[" * 10_000 + "]" * 10_000
UNREADABLE = {
    "nothing": ("", None),
    "truncated": ('"bizStep"', None),
    "twice the same name": ('"bizStep"', '"action": "ADD", "bizStep"'),
    "NaN": ('"bizStep"', '"example:x": NaN, "bizStep"'),
    "an endless number": ('"bizStep"', '"example:x": 1e999, "bizStep"'),
    "deep": ('"bizStep"', f'"example:x": {DEEP}, "bizStep"'),
    "half a surrogate pair": ("inspecting", "\\ud800"),
    "NUL": ("inspecting", "\\u0000"),
    "text after the end": ("", "{}"),
}


def unreadable(program: Program, name: str) -> bytes:
    old, new = UNREADABLE[name]
    good = json.dumps(program.document(program.event(1))).encode()
    if not old:
        return b"" if new is None else good + new.encode()
    return good[: good.index(old.encode())] if new is None else with_text(program, old, new)


@pytest.mark.parametrize("path", ["/capture", "/events"])
@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_json_is_refused_at_once(program: Program, path: str, name: str) -> None:
    answer = program.post(path, unreadable(program, name))
    assert answer.status_code == 400 and answer.mimetype == "application/problem+json"
    assert answer.get_json()["type"] == "epcisException:ValidationException"
    assert nothing_happened()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "cp1258"])
def test_another_encoding_than_utf_8_is_refused(program: Program, encoding: str) -> None:
    text = json.dumps(program.document(program.event(1), sender="Đức Thọ, à"), ensure_ascii=False)
    answer = program.post("/capture", text.encode(encoding, "replace"))
    assert answer.status_code == 400 and nothing_happened()


@pytest.mark.parametrize("body", [None, 1, "text", [], [1], {"type": "EPCISDocument"}, {"epcisBody": {}}])
@pytest.mark.parametrize("path", ["/capture", "/events"])
def test_what_is_no_document_is_refused_at_once(program: Program, path: str, body: Any) -> None:
    answer = program.post(path, body)
    assert answer.status_code == 400 and answer.get_json()["type"] == "epcisException:ValidationException"
    assert nothing_happened()


def test_an_empty_object_is_an_event_without_fields(program: Program) -> None:
    assert program.captured({})["errorCount"] > 0
    assert program.post("/events", {}).status_code == 400
    assert count_events() == 0


@pytest.mark.parametrize(
    "media_type",
    ["application/xml", "text/plain", "application/json; charset=utf-16", "multipart/form-data; boundary=x", ""],
)
def test_another_media_type_is_refused(program: Program, media_type: str) -> None:
    for path in ("/capture", "/events"):
        answer = program.post(path, program.document(program.event(1)), Content_Type=media_type)
        assert answer.status_code == 415
        assert answer.get_json()["type"] == "epcisException:UnsupportedMediaTypeException"
    assert nothing_happened()


def test_another_version_of_the_standard_is_refused(program: Program) -> None:
    answer = program.post("/capture", program.document(program.event(1)), GS1_EPCIS_Version="1.2")
    assert answer.status_code == 415 and nothing_happened()


def test_an_error_behaviour_that_there_is_not_is_refused(program: Program) -> None:
    answer = program.post("/capture", program.document(program.event(1)), GS1_Capture_Error_Behaviour="hope")
    assert answer.status_code == 400 and "GS1-Capture-Error-Behaviour" in answer.get_json()["detail"]
    assert nothing_happened()


class Endless(io.RawIOBase):
    """A body that notes how much of it was read."""

    read_so_far = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.read_so_far += len(buffer)
        buffer[:] = b" " * len(buffer)
        return len(buffer)


@pytest.mark.parametrize(("path", "limit"), [("/capture", LARGEST_DOCUMENT), ("/events", LARGEST_EVENT)])
def test_a_body_that_says_that_it_is_too_large_is_not_read(program: Program, path: str, limit: int) -> None:
    body = Endless()
    answer = program.client.post(
        f"/epcis/v2{path}",
        headers={"Authorization": f"Bearer {program.secret}", "Content-Type": "application/json"},
        environ_overrides={"wsgi.input": body, "CONTENT_LENGTH": str(limit + 1)},
    )
    assert answer.status_code == 413 and body.read_so_far == 0
    assert answer.get_json()["type"] == "epcisException:CaptureLimitExceededException"
    assert answer.headers["GS1-EPCIS-Capture-File-Size-Limit"] == str(LARGEST_DOCUMENT)
    assert nothing_happened()


def test_a_body_that_does_not_say_how_large_it_is_is_read_up_to_the_limit(program: Program) -> None:
    body = Endless()
    answer = program.client.post(
        "/epcis/v2/events",
        headers={"Authorization": f"Bearer {program.secret}", "Content-Type": "application/json"},
        environ_overrides={"wsgi.input": body, "wsgi.input_terminated": True},
    )
    assert answer.status_code == 413 and body.read_so_far <= LARGEST_EVENT + 1_000_000
    assert nothing_happened()


def test_more_events_than_are_taken_at_once(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("traceability.capture.usecases.MOST_EVENTS", 2)
    answer = program.post("/capture", program.document(*(program.event(number) for number in range(3))))
    assert answer.status_code == 413
    assert answer.get_json()["type"] == "epcisException:CaptureLimitExceededException"
    assert nothing_happened()


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"eventTime": "2999-01-01T00:00:00Z"}, "/eventTime"),
        ({"eventTime": "0000-01-01T00:00:00Z"}, "/eventTime"),
        ({"eventTime": "9999-12-31T23:59:59-10:00"}, "/eventTime"),
        ({"eventTime": "2026-02-30T00:00:00Z"}, "/eventTime"),
        ({"errorDeclaration": {"declarationTime": "2999-01-01T00:00:00Z"}}, "/errorDeclaration/declarationTime"),
        ({"type": "https://example.org/OwnEvent"}, "/type"),
        ({"eventID": "urn:x:" + "a" * 1000}, ""),
        ({"epcList": ["urn:x:" + "a" * 100_000]}, ""),
        ({"unknown:field": 1}, "/unknown:field"),
        ({"epcList": "urn:uuid:1"}, "/epcList"),
        ({"readPoint": "urn:uuid:1"}, "/readPoint"),
        ({"@context": {"gs1": "https://example.org/"}}, "/@context"),
    ],
)
def test_events_that_cannot_be_are_refused_with_the_place(
    program: Program, fields: dict[str, Any], pointer: str
) -> None:
    state = program.captured(program.document(program.event(1, **fields)))
    assert state["errors"][0]["instance"] == f"#/epcisBody/eventList/0{pointer}"
    single = program.post("/events", {"@context": EPCIS_CONTEXT, **program.event(1, **fields)})
    assert single.status_code == 400 and f"{pointer or '/'}: " in single.get_json()["detail"]
    assert count_events() == 0


def test_a_list_of_a_hundred_thousand_wrong_members_is_told_shortly(program: Program) -> None:
    state = program.captured(program.document(program.event(1, epcList=[1] * 100_000)))
    assert not state["success"] and len(json.dumps(state)) < 20_000


def test_an_event_of_a_hundred_thousand_objects_is_one_event(program: Program) -> None:
    gtin = program.farm.product.gtin
    epcs = [f"https://id.gs1.org/01/{gtin}/21/{number}" for number in range(20_000)]
    assert program.captured(program.document(program.event(1, epcList=epcs)))["success"]
    assert count_events() == 1


def test_long_and_strange_texts_are_kept_as_they_came(program: Program) -> None:
    note = "\\N \t\n\r\b\f\" {},'; DROP TABLE epcis_events; -- 🍊 " + "dài " * 20_000
    context = [EPCIS_CONTEXT, {"example": "https://example.org/"}]
    document = program.document(program.event(1, **{"example:note": note}), **{"@context": context})
    assert program.captured(document)["success"]
    payload = db.session.scalar(db.text("SELECT payload FROM epcis_events"))
    assert payload["example:note"] == note
