"""Event hashes: the published vectors, normal forms of values, and indifference to order."""

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.traceability.epcis import events as own
from traceability.epcis.contexts import namespaces
from traceability.epcis.hashing import (
    canonical_number,
    canonical_time,
    document_hashes,
    event_hash,
    events_of,
    pre_hash,
)
from traceability.epcis.vocabulary import (
    BUSINESS_STEPS,
    BUSINESS_TRANSACTION_TYPES,
    COMPONENTS,
    DISPOSITIONS,
    MEASUREMENT_TYPES,
    SENSOR_ALERTS,
    SOURCE_DESTINATION_TYPES,
    Vocabulary,
)

EXTENSION = {"example": "https://ns.example.com/epcis/"}

SENSOR_EVENT: dict[str, Any] = {
    "type": "ObjectEvent",
    "eventTime": "2026-09-01T08:00:00+07:00",
    "eventTimeZoneOffset": "+07:00",
    "recordTime": "2026-09-01T09:00:00Z",
    "epcList": ["https://example.com/01/09506000134352/21/2", "https://example.com/01/09506000134352/21/1"],
    "quantityList": [
        {"epcClass": "https://example.com/01/09506000134352/10/L2", "quantity": 1.50, "uom": "KGM"},
        {"epcClass": "https://example.com/01/09506000134352/10/L1", "quantity": 20.0},
    ],
    "action": "ADD",
    "bizStep": "commissioning",
    "disposition": "active",
    "persistentDisposition": {"unset": ["conformant"], "set": ["recalled", "damaged"]},
    "readPoint": {"id": "https://example.com/414/9506000134376", "example:gate": " 3 "},
    "bizTransactionList": [
        {"type": "po", "bizTransaction": "https://example.com/orders/2"},
        {"bizTransaction": "https://example.com/orders/1"},
        {"type": "inv", "bizTransaction": "https://example.com/invoices/9"},
    ],
    "sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:4012345.00000"}],
    "destinationList": [{"type": "location", "destination": "urn:epc:id:sgln:4012345.00005.0"}],
    "sensorElementList": [
        {
            "sensorMetadata": {"deviceID": "urn:epc:id:giai:4000001.111", "time": "2026-09-01T01:00:00Z"},
            "sensorReport": [
                {"type": "Temperature", "value": 26, "uom": "CEL", "sDev": 0.1},
                {"type": "RelativeHumidity", "value": 12.10, "exception": "ALARM_CONDITION", "booleanValue": True},
            ],
        },
        {"sensorReport": [{"type": "Mass", "value": 1e-7, "component": "x"}]},
    ],
    "ilmd": {"cbvmda:lotNumber": "L1", "example:plots": [{"example:a": "1", "example:b": ["2", "3"]}, "4"]},
    "example:note": ["b", "a"],
}


def test_the_published_vectors(vector: Callable[[str], Path]) -> None:
    documents = sorted(vector("event-hash").glob("*.jsonld"))
    assert documents
    for path in documents:
        document = json.loads(path.read_text("utf-8"))
        strings = [pre_hash(event, document["@context"]) for event in events_of(document)]
        assert strings == path.with_suffix(".prehashes").read_text("utf-8").splitlines(), path.name
        assert document_hashes(document) == path.with_suffix(".hashes").read_text("utf-8").split(), path.name


def test_every_official_example_has_a_hash(vector: Callable[[str], Path]) -> None:
    for path in sorted(vector("epcis/examples").rglob("*.jsonld")):
        document = json.loads(path.read_text("utf-8"))
        assert len(document_hashes(document)) == len(events_of(document)) > 0, path.name


def test_an_event_with_everything_is_written_out_in_one_order() -> None:
    assert pre_hash(SENSOR_EVENT, EXTENSION) == (
        "eventType=ObjectEvent"
        "eventTime=2026-09-01T01:00:00.000Z"
        "eventTimeZoneOffset=+07:00"
        "epcList"
        "epc=https://id.gs1.org/01/09506000134352/21/1"
        "epc=https://id.gs1.org/01/09506000134352/21/2"
        "quantityList"
        "quantityElementepcClass=https://id.gs1.org/01/09506000134352/10/L1quantity=20"
        "quantityElementepcClass=https://id.gs1.org/01/09506000134352/10/L2quantity=1.5uom=KGM"
        "action=ADD"
        "bizStep=https://ref.gs1.org/cbv/BizStep-commissioning"
        "disposition=https://ref.gs1.org/cbv/Disp-active"
        "persistentDisposition"
        "set=https://ref.gs1.org/cbv/Disp-damagedset=https://ref.gs1.org/cbv/Disp-recalled"
        "unset=https://ref.gs1.org/cbv/Disp-conformant"
        "readPointid=https://id.gs1.org/414/9506000134376{https://ns.example.com/epcis/}gate=3"
        "sensorElementList"
        "sensorElementsensorMetadatatime=2026-09-01T01:00:00.000ZdeviceID=https://id.gs1.org/8004/4000001111"
        "sensorReporttype=https://gs1.org/voc/RelativeHumidityexception=https://gs1.org/voc/ALARM_CONDITIONvalue=12.1"
        "booleanValue=true"
        "sensorReporttype=https://gs1.org/voc/Temperaturevalue=26sDev=0.1uom=CEL"
        "sensorElementsensorReporttype=https://gs1.org/voc/Massvalue=0.0000001component=https://ref.gs1.org/cbv/Comp-x"
        "bizTransactionList"
        "bizTransaction=https://example.com/orders/1"
        "type=https://ref.gs1.org/cbv/BTT-invbizTransaction=https://example.com/invoices/9"
        "type=https://ref.gs1.org/cbv/BTT-pobizTransaction=https://example.com/orders/2"
        "destinationListtype=https://ref.gs1.org/cbv/SDT-locationdestination=https://id.gs1.org/414/4012345000054"
        "ilmd{https://ns.example.com/epcis/}plots=4"
        "{https://ns.example.com/epcis/}plots{https://ns.example.com/epcis/}a=1"
        "{https://ns.example.com/epcis/}b=2{https://ns.example.com/epcis/}b=3"
        "{urn:epcglobal:cbv:mda:}lotNumber=L1"
        "sourceListtype=https://ref.gs1.org/cbv/SDT-owning_partysource=https://id.gs1.org/417/4012345000009"
        "{https://ns.example.com/epcis/}note=a{https://ns.example.com/epcis/}note=b"
    )


def shuffled(value: Any, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Any:
    """``value`` with the members of every object and list in another order, all the way down."""
    if isinstance(value, dict):
        return {name: shuffled(value[name], draw) for name in draw(st.permutations(sorted(value)))}
    if isinstance(value, list):
        return [shuffled(member, draw) for member in draw(st.permutations(value))]
    return value


@given(st.data())
def test_no_order_of_fields_or_members_changes_the_hash(data: st.DataObject) -> None:
    assert event_hash(shuffled(SENSOR_EVENT, data.draw), EXTENSION) == event_hash(SENSOR_EVENT, EXTENSION)


@given(st.sampled_from(own.FULL_EVENTS), st.data())
def test_nor_that_of_any_kind_of_event_with_everything_in_it(event: dict[str, Any], data: st.DataObject) -> None:
    assert event_hash(shuffled(event, data.draw), own.CONTEXT) == event_hash(event, own.CONTEXT)


VOCABULARY_FIELDS: list[tuple[Vocabulary, Callable[[str], dict[str, Any]]]] = [
    (BUSINESS_STEPS, lambda word: {"bizStep": word}),
    (DISPOSITIONS, lambda word: {"disposition": word}),
    (DISPOSITIONS, lambda word: {"persistentDisposition": {"set": [word], "unset": ["active", word]}}),
    (BUSINESS_TRANSACTION_TYPES, lambda word: {"bizTransactionList": [{"type": word, "bizTransaction": "urn:a:b"}]}),
    (SOURCE_DESTINATION_TYPES, lambda word: {"sourceList": [{"type": word, "source": "urn:a:b"}]}),
    (SOURCE_DESTINATION_TYPES, lambda word: {"destinationList": [{"type": word, "destination": "urn:a:b"}]}),
    (MEASUREMENT_TYPES, lambda word: {"sensorElementList": [{"sensorReport": [{"type": word}]}]}),
    (SENSOR_ALERTS, lambda word: {"sensorElementList": [{"sensorReport": [{"type": "Count", "exception": word}]}]}),
    (COMPONENTS, lambda word: {"sensorElementList": [{"sensorReport": [{"type": "Angle", "component": word}]}]}),
]


@pytest.mark.parametrize(("vocabulary", "field"), VOCABULARY_FIELDS)
def test_all_spellings_of_a_standard_word_are_one(
    vocabulary: Vocabulary, field: Callable[[str], dict[str, Any]]
) -> None:
    compact = vocabulary.uri_prefix.replace("https://ref.gs1.org/cbv/", "cbv:").replace("https://gs1.org/voc/", "gs1:")
    for word in vocabulary.words:
        spellings = [word, f" {word} ", vocabulary.uri_prefix + word, compact + word]
        if vocabulary.urn_prefix is not None:
            spellings.append(vocabulary.urn_prefix + word)
        assert len({event_hash({**own.SIMPLE_EVENT, **field(each)}) for each in spellings}) == 1, word


@pytest.mark.parametrize(
    ("urn", "link"),
    [
        ("urn:epc:id:sgtin:9506000.013435.A%2F1", "https://a.example/01/09506000134352/21/A%2f1?17=270101"),
        ("urn:epc:class:lgtin:9506000.013435.L.1", "https://a.example/shop/01/09506000134352/10/L.1#x"),
        ("urn:epc:idpat:sgtin:9506000.013435.*", "http://a.example/01/09506000134352"),
        ("urn:epc:id:sscc:9506000.0000000001", "https://a.example/00/095060000000000015"),
        ("urn:epc:id:sgln:9506000.13437.0", "https://a.example/414/9506000134376"),
        ("urn:epc:id:sgln:9506000.13437.7", "https://a.example/414/9506000134376/254/7"),
        ("urn:epc:id:pgln:9506000.13437", "https://a.example/417/9506000134376"),
        ("urn:epc:id:giai:9506000.1", "https://a.example/8004/95060001"),
        ("urn:epc:id:grai:9506000.13437.7", "https://a.example/8003/095060001343767"),
        ("urn:epc:id:gdti:9506000.13437.7", "https://a.example/253/95060001343767"),
    ],
)
def test_an_epc_urn_and_a_digital_link_are_one(urn: str, link: str) -> None:
    for field in (
        lambda text: {"epcList": [text]},
        lambda text: {"readPoint": {"id": text}},
        lambda text: {"quantityList": [{"epcClass": text}]},
        lambda text: {"bizTransactionList": [{"bizTransaction": text}]},
        lambda text: {
            "sensorElementList": [{"sensorMetadata": {"deviceID": text}, "sensorReport": [{"type": "Count"}]}]
        },
        lambda text: {"example:of": {"example:parts": [text]}},
    ):
        assert event_hash({**own.SIMPLE_EVENT, **field(urn)}) == event_hash({**own.SIMPLE_EVENT, **field(link)})


def test_the_context_may_stand_around_the_event_or_in_it() -> None:
    alone = {"@context": own.CONTEXT, **own.OBJECT_EVENT}
    assert event_hash(alone) == event_hash(own.OBJECT_EVENT, own.CONTEXT) == document_hashes(own.document(alone))[0]
    assert event_hash(own.OBJECT_EVENT, namespaces(own.CONTEXT)) == event_hash(alone)
    other = {"@context": {"example": "https://elsewhere.example/"}, **own.OBJECT_EVENT}
    assert event_hash(other, own.CONTEXT) == event_hash(other, namespaces(own.CONTEXT)) != event_hash(alone)


def test_two_prefixes_for_one_namespace_are_one() -> None:
    context = {"a": "https://ns.example.com/epcis/", "b": "https://ns.example.com/epcis/"}
    first = {**own.SIMPLE_EVENT, "a:x": {"a:y": [1, {"b:z": 2}]}, "readPoint": {"id": "urn:a:b", "b:gate": 1}}
    second = json.loads(json.dumps(first).replace('"a:', '"c:').replace('"b:', '"a:').replace('"c:', '"b:'))
    assert event_hash(first, context) == event_hash(second, context)


def same(**changes: Any) -> dict[str, Any]:
    event = copy.deepcopy(SENSOR_EVENT)
    event.update(changes)
    return event


@pytest.mark.parametrize(
    "changes",
    [
        {"eventTime": "2026-09-01T01:00:00.0004Z"},
        {"eventID": "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8", "recordTime": "2027-01-01T00:00:00Z"},
        {"errorDeclaration": {"declarationTime": "2026-09-02T00:00:00Z", "reason": "incorrect_data"}},
        {"bizStep": "urn:epcglobal:cbv:bizstep:commissioning"},
        {"bizStep": "cbv:BizStep-commissioning"},
        {"disposition": "https://ref.gs1.org/cbv/Disp-active"},
        {"rdfs:comment": "seen by two people", "comment": "and one more"},
        {"eventTime": "2026-09-01t08:00:00+07:00"},
        {"readPoint": {"example:gate": "3", "id": "urn:epc:id:sgln:9506000.13437.0", "rdfs:comment": "North gate"}},
        {"epcList": ["urn:epc:id:sgtin:9506000.013435.1", "https://id.gs1.org/01/09506000134352/10/L1/21/2?17=270101"]},
        {
            "sourceList": [
                {"type": "urn:epcglobal:cbv:sdt:owning_party", "source": "https://a.example/417/4012345000009"}
            ]
        },
    ],
)
def test_another_spelling_of_the_same_event_has_the_same_hash(changes: dict[str, Any]) -> None:
    assert event_hash(same(**changes), EXTENSION) == event_hash(SENSOR_EVENT, EXTENSION)


@pytest.mark.parametrize(
    "changes",
    [
        {"eventTime": "2026-09-01T01:00:00.0005Z"},
        {"eventTimeZoneOffset": "+08:00"},
        {"action": "DELETE"},
        {"epcList": ["https://example.com/01/09506000134352/21/1"]},
        {"certificationInfo": "https://example.com/certificates/1"},
        {"example:note": ["b", "a", "a"]},
        {"example:other": None},
    ],
)
def test_another_event_has_another_hash(changes: dict[str, Any]) -> None:
    assert event_hash(same(**changes), EXTENSION) != event_hash(SENSOR_EVENT, EXTENSION)


def test_the_parent_of_a_transaction_comes_before_its_objects() -> None:
    event = {**own.SIMPLE_EVENT, "type": "TransactionEvent", "parentID": own.PARCEL}
    assert f"eventTimeZoneOffset=+07:00parentID={own.PARCEL}epcListepc={own.ITEM}action=" in pre_hash(event)


def test_members_of_a_list_are_sorted_among_the_fields_beside_it() -> None:
    event = {
        "type": "ObjectEvent",
        "eventTime": "2026-09-01T01:00:00Z",
        "example:plot": ["1", {"example:tree": "2"}],
        "example:plotA": "3",
    }
    ns = "{https://ns.example.com/epcis/}"
    assert pre_hash(event, EXTENSION).endswith(f"000Z{ns}plot=1{ns}plotA=3{ns}plot{ns}tree=2")


@pytest.mark.parametrize(
    "context",
    [
        {"ex": "https://ns.example.com/epcis/"},
        ["https://never.fetched.example/context.jsonld", {"ex": {"@id": "https://ns.example.com/epcis/"}}],
    ],
)
def test_the_prefix_does_not_matter_but_its_namespace(context: object) -> None:
    renamed = json.loads(json.dumps(SENSOR_EVENT).replace("example:", "ex:"))
    assert event_hash(renamed, context) == event_hash(SENSOR_EVENT, EXTENSION)
    spelled_out = json.loads(json.dumps(SENSOR_EVENT).replace('"example:', '"https://ns.example.com/epcis/'))
    assert event_hash(spelled_out) == event_hash(SENSOR_EVENT, EXTENSION)
    own_context = {**renamed, "@context": context}
    assert document_hashes(own_context) == [event_hash(SENSOR_EVENT, EXTENSION)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-09-01T08:00:00+07:00", "2026-09-01T01:00:00.000Z"),
        ("2026-09-01T01:00:00.1Z", "2026-09-01T01:00:00.100Z"),
        ("2026-09-01T01:00:00.1425Z", "2026-09-01T01:00:00.143Z"),
        ("2026-09-01T01:00:00.1415Z", "2026-09-01T01:00:00.142Z"),
        ("2026-09-01T01:00:00.1424999999Z", "2026-09-01T01:00:00.142Z"),
        ("2026-12-31T23:59:59.9996Z", "2027-01-01T00:00:00.000Z"),
        ("2026-12-31T23:59:59.9994Z", "2026-12-31T23:59:59.999Z"),
        ("2024-02-28T20:59:59.99951-03:00", "2024-02-29T00:00:00.000Z"),
    ],
)
def test_times_are_rounded_half_up_to_milliseconds(text: str, expected: str) -> None:
    assert canonical_time(text) == expected


@pytest.mark.parametrize("text", ["2026-09-01T08:00:00", "2026-09-01", "yesterday", "2026-13-01T00:00:00Z"])
def test_a_time_without_offset_has_no_hash(text: str) -> None:
    with pytest.raises(ValueError, match=r"offset from UTC|month must be"):
        canonical_time(text)


@given(st.datetimes(), st.integers(0, 9999))
def test_rounding_never_moves_a_time_by_more_than_half_a_millisecond(moment: Any, fraction: int) -> None:
    text = f"{moment:%H:%M:%S}.{fraction:04}"
    rounded = canonical_time(f"2026-06-15T{text}Z")
    milliseconds = (fraction + 5) // 10
    assert rounded[-4:-1] == f"{milliseconds % 1000:03}"
    assert (rounded[:19] == f"2026-06-15T{moment:%H:%M:%S}") == (milliseconds < 1000)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, "1"), (1.0, "1"), (100, "100"), (100.0, "100"), (0.3434, "0.3434"), (1e-7, "0.0000001"),
        (1e22, "1" + "0" * 22),
        (-0.0, "0"), (-1.50, "-1.5"), (Decimal("12.300"), "12.3"), (Decimal("1E+3"), "1000"),
    ],
)  # fmt: skip
def test_numbers_have_one_form(value: float | Decimal, expected: str) -> None:
    assert canonical_number(value) == expected


def test_the_form_of_the_identifier() -> None:
    assert event_hash(SENSOR_EVENT, EXTENSION).startswith("ni:///sha-256;")
    assert event_hash(SENSOR_EVENT, EXTENSION).endswith("?ver=CBV2.0")
    assert len(event_hash(SENSOR_EVENT, EXTENSION)) == 14 + 64 + 11
