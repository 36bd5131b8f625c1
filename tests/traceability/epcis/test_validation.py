"""Validation of our own events: what is good passes, what is wrong is named with its place and the rule."""

import copy
from typing import Any

import pytest

from tests.traceability.epcis import events as own
from traceability.epcis.validation import EVENT_TYPES, validate_event, validate_head
from traceability.epcis.validation.formats import is_date_time, is_uri

ABSENT = object()


def changed(original: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of `original` with `value` at the JSON pointer `path`, or without that member."""
    copied = copy.deepcopy(original)
    *steps, last = path.replace("~1", "\0").split("/")[1:]
    place: Any = copied
    for step in steps:
        place = place[int(step) if isinstance(place, list) else step]
    key = int(last) if isinstance(place, list) else last.replace("\0", "/")
    if value is ABSENT:
        del place[key]
    else:
        place[key] = value
    return copied


@pytest.mark.parametrize("event", own.FULL_EVENTS, ids=lambda event: event["type"])
def test_events_with_everything_are_valid(event: dict[str, Any]) -> None:
    assert validate_event(event) == []
    assert validate_event({"@context": own.CONTEXT, **event}, stands_alone=True) == []


def test_the_five_kinds() -> None:
    assert {event["type"] for event in own.FULL_EVENTS} == EVENT_TYPES


def test_an_event_of_somebodys_own_kind_is_named_by_a_uri() -> None:
    event = {"type": "example:TastingEvent", "eventTime": "2026-09-01T01:00:00Z", "eventTimeZoneOffset": "+07:00"}
    assert validate_event({**event, "anything": [None]}) == []
    assert [problem.pointer for problem in validate_event({**event, "type": "TastingEvent"})] == ["/type"]
    assert [problem.pointer for problem in validate_event({**event, "eventTime": "soon"})] == ["/eventTime"]


def test_an_event_that_stands_alone_needs_its_context() -> None:
    assert [problem.pointer for problem in validate_event(own.SIMPLE_EVENT, stands_alone=True)] == ["/@context"]


NO_URI = "is not a URI"
WRONG_FIELDS = [
    ("/eventTime", "2026-09-01T08:00:00", "day and time"),
    ("/eventTime", ABSENT, "missing"),
    ("/eventTimeZoneOffset", "+7", "+07:00"),
    ("/eventTimeZoneOffset", "+07:00\n", "+07:00"),
    ("/recordTime", "2026-02-30T00:00:00Z", "day and time"),
    ("/eventID", "not a uri", NO_URI),
    ("/certificationInfo/0", "x y", NO_URI),
    ("/errorDeclaration/reason", "regret", "not a word"),
    ("/errorDeclaration/declarationTime", ABSENT, "missing"),
    ("/errorDeclaration/own", 1, "prefix or a URI"),
    ("/action", "add", "ADD, OBSERVE or DELETE"),
    ("/bizStep", "dancing", "not a word"),
    ("/bizStep", "urn:epcglobal:cbv:bizstep:shipping", "not a word"),
    ("/bizStep", None, "A text"),
    ("/disposition", "https://ns.gs1.org/cbv/Disp-active", "not a word"),
    ("/readPoint/id", ABSENT, "missing"),
    ("/readPoint", "urn:a:b", "An object"),
    ("/bizTransactionList/0/bizTransaction", "po 1", NO_URI),
    ("/bizTransactionList/0/type", "bill", "not a word"),
    ("/bizTransactionList/0/example:x", 1, "no such field"),
    ("/sourceList/0/type", ABSENT, "missing"),
    ("/destinationList", {}, "A list"),
    ("/sensorElementList/0/sensorReport", [], "at least one report"),
    ("/sensorElementList/0/sensorReport/0/type", "gs1.org/voc/Temperature", "not a word"),
    ("/sensorElementList/0/sensorReport/0/type", "https://gs1.org/voc/Temperature", "not a word"),
    ("/sensorElementList/0/sensorReport/0/value", "4.5", "A number"),
    ("/sensorElementList/0/sensorReport/0/value", True, "A number"),
    ("/sensorElementList/0/sensorReport/0/booleanValue", 1, "true or false"),
    ("/sensorElementList/0/sensorReport/0/hexBinaryValue", "xyz", "hexadecimal"),
    ("/sensorElementList/0/sensorReport/0/stringValue", 1, "A text"),
    ("/sensorElementList/0/sensorMetadata/own", 1, "prefix or a URI"),
    ("/own", 1, "prefix or a URI"),
    ("/@context", ["no uri"], NO_URI),
]  # fmt: skip


@pytest.mark.parametrize(("pointer", "value", "message"), WRONG_FIELDS)
def test_what_is_wrong_is_named_with_its_place(pointer: str, value: Any, message: str) -> None:
    found = validate_event(changed(own.OBJECT_EVENT, pointer, value), pointer="/epcisBody/eventList/7")
    assert len(found) == 1
    assert found[0].pointer.startswith(f"/epcisBody/eventList/7{pointer}")
    assert message in str(found[0])


WRONG_EVENTS = [
    (own.OBJECT_EVENT, "/type", "HappyEvent", "/type"),
    (own.OBJECT_EVENT, "/type", ABSENT, "/type"),
    (own.OBJECT_EVENT, "/type", ["ObjectEvent"], "/type"),
    (own.OBJECT_EVENT, "/epcList", [own.ITEM, own.ITEM], "/epcList"),
    (own.OBJECT_EVENT, "/quantityList/0/uom", "kg", "/quantityList/0/uom"),
    (own.OBJECT_EVENT, "/quantityList/0/epcClass", ABSENT, "/quantityList/0/epcClass"),
    (own.OBJECT_EVENT, "/quantityList/0/unit", "KGM", "/quantityList/0/unit"),
    (own.OBJECT_EVENT, "/ilmd/lotNumber", "L1", "/ilmd/lotNumber"),
    (own.OBJECT_EVENT, "/action", "OBSERVE", "/ilmd"),
    (own.OBJECT_EVENT, "/parentID", own.PARCEL, "/parentID"),
    (own.OBJECT_EVENT, "/persistentDisposition", {}, "/persistentDisposition"),
    (own.OBJECT_EVENT, "/persistentDisposition/set", [], "/persistentDisposition/set"),
    (own.OBJECT_EVENT, "/persistentDisposition/set", ["damaged", "damaged"], "/persistentDisposition/set"),
    (own.AGGREGATION_EVENT, "/ilmd", own.ILMD, "/ilmd"),
    (own.AGGREGATION_EVENT, "/persistentDisposition", {"set": ["active"]}, "/persistentDisposition"),
    (own.AGGREGATION_EVENT, "/parentID", "P1", "/parentID"),
    (own.ASSOCIATION_EVENT, "/parentID", ABSENT, "/parentID"),
    (own.TRANSACTION_EVENT, "/bizTransactionList", [], "/bizTransactionList"),
    (own.TRANSACTION_EVENT, "/bizTransactionList", ABSENT, "/bizTransactionList"),
    (own.TRANSFORMATION_EVENT, "/action", "ADD", "/action"),
    (own.TRANSFORMATION_EVENT, "/inputEPCList/0", 1, "/inputEPCList/0"),
]  # fmt: skip


@pytest.mark.parametrize(("event", "changed_at", "value", "pointer"), WRONG_EVENTS)
def test_every_kind_has_its_own_fields(event: dict[str, Any], changed_at: str, value: Any, pointer: str) -> None:
    assert [problem.pointer for problem in validate_event(changed(event, changed_at, value))] == [pointer]


@pytest.mark.parametrize(
    ("event", "without", "pointer"),
    [
        (own.OBJECT_EVENT, ["epcList", "quantityList", "readPoint"], "/epcList"),
        (own.OBJECT_EVENT, ["epcList", "quantityList", "sensorElementList"], "/epcList"),
        (own.AGGREGATION_EVENT, ["childEPCs", "childQuantityList"], "/childEPCs"),
        (own.TRANSACTION_EVENT, ["epcList", "quantityList"], "/epcList"),
        (own.TRANSFORMATION_EVENT, ["inputEPCList", "inputQuantityList", "transformationID"], "/inputQuantityList"),
        (own.TRANSFORMATION_EVENT, ["outputEPCList", "outputQuantityList", "transformationID"], "/outputQuantityList"),
    ],
)
def test_an_event_is_about_something(event: dict[str, Any], without: list[str], pointer: str) -> None:
    rest = {name: value for name, value in event.items() if name not in without}
    assert [problem.pointer for problem in validate_event(rest)] == [pointer]


@pytest.mark.parametrize(
    ("event", "without"),
    [
        (own.OBJECT_EVENT, ["epcList", "quantityList"]),
        ({**own.AGGREGATION_EVENT, "action": "DELETE"}, ["childEPCs", "childQuantityList"]),
        ({**own.TRANSACTION_EVENT, "action": "DELETE"}, ["epcList", "quantityList"]),
        (own.TRANSFORMATION_EVENT, ["inputEPCList", "inputQuantityList"]),
    ],
)
def test_what_may_be_left_out(event: dict[str, Any], without: list[str]) -> None:
    assert validate_event({name: value for name, value in event.items() if name not in without}) == []


def test_all_problems_are_told_but_not_a_million_times() -> None:
    event = {**own.SIMPLE_EVENT, "epcList": ["x"] * 100_000, "bizStep": "dancing", "action": "add"}
    pointers = [problem.pointer for problem in validate_event(event)]
    assert {"/bizStep", "/action", "/epcList/0"} >= set(pointers) - {f"/epcList/{index}" for index in range(100)}
    assert len(pointers) <= 30


@pytest.mark.parametrize("event", [None, 1, "ObjectEvent", [], {}])
def test_what_is_no_event_at_all(event: Any) -> None:
    assert validate_event(event)


def test_documents_around_events() -> None:
    assert validate_head(own.DOCUMENT_WITH_MASTER_DATA) == []
    assert validate_head(own.query_document(own.SIMPLE_EVENT)) == []


@pytest.mark.parametrize(
    ("changed_at", "value", "pointer"),
    [
        ("/type", "Document", "/type"),
        ("/type", [], "/type"),
        ("/@context", ABSENT, "/@context"),
        ("/schemaVersion", "two", "/schemaVersion"),
        ("/creationDate", "2026-09-03", "/creationDate"),
        ("/epcisBody", ABSENT, "/epcisBody"),
        ("/epcisBody/eventList", {}, "/epcisBody/eventList"),
        ("/epcisBody/eventList", ABSENT, "/epcisBody/eventList"),
        ("/own", 1, "/own"),
        ("/sender", 1, "/sender"),
        ("/epcisHeader/own", 1, "/epcisHeader/own"),
        ("/epcisHeader/epcisMasterData/vocabularyList/0/type", ABSENT, None),
        ("/epcisHeader/epcisMasterData/vocabularyList/0/vocabularyElementList/0/id", "x y", None),
        ("/epcisHeader/epcisMasterData/vocabularyList/0/vocabularyElementList/0/attributes/0/id", ABSENT, None),
        ("/epcisHeader/epcisMasterData/vocabularyList/0/vocabularyElementList/0/attributes/0/attribute", [], None),
        ("/epcisHeader/epcisMasterData/vocabularyList/0/vocabularyElementList/0/children/0", 1, None),
    ],
)
def test_what_is_wrong_around_events(changed_at: str, value: Any, pointer: str | None) -> None:
    found = validate_head(changed(own.DOCUMENT_WITH_MASTER_DATA, changed_at, value))
    assert [problem.pointer for problem in found] == [pointer or changed_at]


def test_a_query_document_has_results() -> None:
    document = own.query_document(own.SIMPLE_EVENT)
    assert [problem.pointer for problem in validate_head({**document, "epcisBody": {}})] == ["/epcisBody/queryResults"]
    found = validate_head(changed(document, "/epcisBody/queryResults/queryName", ABSENT))
    assert [problem.pointer for problem in found] == ["/epcisBody/queryResults/queryName"]


@pytest.mark.parametrize(
    "text",
    ["a:", "urn:a:b", "example:field", "http://x", "http://[::1]:80/a?b/?c#d/?e", "http://a@b:/", "http://%41/%C3%A9",
     "http://[v1.x:y]", "https://example.com/a;b=c,d!$&'()*+", "x://", "geo:47.5,11.1", "ni:///sha-256;f?ver=CBV2.0"],
)  # fmt: skip
def test_uris(text: str) -> None:
    assert is_uri(text)


@pytest.mark.parametrize(
    "text",
    ["", "a", "//a", "1a:b", "a b:c", "http://a b", "http://ü", "http://a/é", "http://a/%", "http://a/%4g", "a:[b]",
     "http://[::1", "http://[1:2]", "http://[::1%25eth0]", "http://a:b:c", "http://a/#b#c", "a:b\n", "http://a/<>",
     "http://a\\b", 'a:"b"', "a:b^c", "a:`", "a:{b}", "a:|"],
)  # fmt: skip
def test_what_is_no_uri(text: str) -> None:
    assert not is_uri(text)


def test_a_long_text_that_is_no_uri_takes_no_long_time() -> None:
    assert not is_uri("http://" + "a" * 200_000 + " ")
    assert not is_uri("http://" + "a:" * 100_000 + "@" * 2)


def test_times() -> None:
    assert is_date_time("2024-02-29T23:59:59.999999999-14:00")
    assert not is_date_time("2023-02-29T00:00:00Z")
    assert not is_date_time("2026-09-01T00:00:00Z\n")
    assert not is_date_time("٢٠٢٦-09-01T00:00:00Z")
