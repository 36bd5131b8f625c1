"""Events of the farm's story: what they say, that EPCIS allows them, and what the builders refuse."""

import datetime as dt
import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from jsonschema import Draft7Validator, FormatChecker

from traceability.epcis.contexts import EPCIS_CONTEXT
from traceability.epcis.event_builders import (
    Action,
    BusinessTransaction,
    Event,
    EventRuleError,
    Party,
    QuantityElement,
    aggregation_event,
    epcis_document,
    object_event,
    transformation_event,
    with_event_id,
)
from traceability.epcis.hashing import document_hashes, event_hash
from traceability.gs1.links import lot_uri, parcel_uri
from traceability.journal.rules import commissioning_of_lot, grading_into_lot, packing_of_order, shipping_of_parcel

SITE = "https://example.com"
LOT = lot_uri(SITE, "9506000134352", "HK-2609")
OTHER_LOT = lot_uri(SITE, "9506000134352", "HK-2608")
PARCEL = parcel_uri(SITE, "106141412345678908")
FARM = f"{SITE}/414/9506000134376"
ORDER = f"{SITE}/orders/2609-0001"
NOW = dt.datetime(2026, 9, 1, 8, 30, 15, 250_000, tzinfo=dt.timezone(dt.timedelta(hours=7)))

checker = FormatChecker(formats=())


@checker.checks("uri")
def is_uri(value: object) -> bool:
    return not isinstance(value, str) or re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\"<>\\^`{|}]+", value) is not None


@checker.checks("date-time", raises=ValueError)
def is_date_time(value: object) -> bool:
    return not isinstance(value, str) or dt.datetime.fromisoformat(value).tzinfo is not None


def harvest() -> Event:
    return commissioning_of_lot(
        lot_uri=LOT,
        lot_number="HK-2609",
        quantity=Decimal("350.5"),
        unit_of_measure="KGM",
        event_time=NOW,
        biz_location=FARM,
        read_point="geo:18.1856,105.7012",
        harvested_from=dt.date(2026, 9, 1),
        harvested_to=dt.date(2026, 9, 1),
    )


def packing() -> Event:
    return packing_of_order(
        parcel_uri=PARCEL,
        contents=[QuantityElement(LOT, 3), QuantityElement(OTHER_LOT, Decimal("2.5"), "KGM")],
        event_time=NOW,
        biz_location=FARM,
        order_uri=ORDER,
    )


def shipping() -> Event:
    return shipping_of_parcel(
        parcel_uri=PARCEL,
        event_time=NOW,
        read_point=FARM,
        order_uri=ORDER,
        sender_uri=f"{SITE}/417/9506000134376",
        carrier_uri="https://carrier.example/417/4012345000009",
    )


def grading() -> Event:
    return grading_into_lot(
        inputs=[QuantityElement(OTHER_LOT, 120, "KGM")],
        outputs=[QuantityElement(LOT, 100, "KGM")],
        event_time=NOW,
        biz_location=FARM,
    )


def test_a_harvest_creates_a_quantity_of_the_lot() -> None:
    assert harvest() == {
        "type": "ObjectEvent",
        "eventTime": "2026-09-01T01:30:15.250Z",
        "eventTimeZoneOffset": "+07:00",
        "quantityList": [{"epcClass": LOT, "quantity": 350.5, "uom": "KGM"}],
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "readPoint": {"id": "geo:18.1856,105.7012"},
        "bizLocation": {"id": FARM},
        "ilmd": {
            "cbvmda:lotNumber": "HK-2609",
            "cbvmda:harvestStartDate": "2026-09-01",
            "cbvmda:harvestEndDate": "2026-09-01",
            "cbvmda:countryOfOrigin": "VN",
        },
    }


def test_a_further_harvest_into_a_lot_is_no_first_use_of_its_number() -> None:
    event = commissioning_of_lot(
        lot_uri=LOT,
        lot_number="HK-2609",
        quantity=5,
        unit_of_measure=None,
        event_time=NOW,
        biz_location=FARM,
        first_use=False,
    )
    assert event["bizStep"] == "creating_class_instance"
    assert event["quantityList"] == [{"epcClass": LOT, "quantity": 5}]
    assert set(event["ilmd"]) == {"cbvmda:lotNumber", "cbvmda:countryOfOrigin"}


def test_packing_puts_quantities_of_lots_into_the_parcel() -> None:
    event = packing()
    assert (event["type"], event["action"], event["bizStep"]) == ("AggregationEvent", "ADD", "packing")
    assert event["parentID"] == PARCEL
    assert event["childQuantityList"] == [
        {"epcClass": LOT, "quantity": 3},
        {"epcClass": OTHER_LOT, "quantity": 2.5, "uom": "KGM"},
    ]
    assert event["bizTransactionList"] == [{"type": "po", "bizTransaction": ORDER}]


def test_a_parcel_is_seen_leaving_and_is_nowhere_until_it_arrives() -> None:
    event = shipping()
    assert (event["action"], event["bizStep"], event["disposition"]) == ("OBSERVE", "shipping", "in_transit")
    assert event["epcList"] == [PARCEL]
    assert "bizLocation" not in event
    assert [party["type"] for party in event["sourceList"] + event["destinationList"]] == ["possessing_party"] * 2


@pytest.mark.parametrize("build", [harvest, packing, shipping, grading])
def test_the_official_schema_takes_every_event(build: Callable[[], Event], vector: Callable[[str], Path]) -> None:
    schema: dict[str, Any] = json.loads(vector("epcis/EPCIS-JSON-Schema.json").read_text("utf-8"))
    validator = Draft7Validator(schema, format_checker=checker)
    event = with_event_id(build())
    document = epcis_document([event], created_at=NOW)
    assert [error.message for error in validator.iter_errors(document)] == []
    assert [error.message for error in validator.iter_errors({"@context": EPCIS_CONTEXT, **event})] == []
    event["bizStep"] = "shiping"
    assert not validator.is_valid(epcis_document([event], created_at=NOW))


def test_an_event_can_carry_its_hash_as_its_identifier() -> None:
    spaces = {"farm": "https://example.com/ns/"}
    event = object_event(
        action="OBSERVE", epc_list=[PARCEL], event_time=NOW, biz_step="receiving", extensions={"farm:note": "ổn"}
    )
    identified = with_event_id(event, spaces)
    assert list(identified)[:2] == ["type", "eventID"]
    assert identified["eventID"] == event_hash(event, spaces)
    assert document_hashes(epcis_document([identified], created_at=NOW, namespaces=spaces)) == [identified["eventID"]]


def test_the_same_moment_told_in_another_zone_is_the_same_time() -> None:
    assert harvest()["eventTime"] == "2026-09-01T01:30:15.250Z"
    utc = object_event(action="OBSERVE", epc_list=[PARCEL], event_time=NOW.astimezone(dt.UTC))
    assert utc["eventTime"] == "2026-09-01T01:30:15.250Z"


REFUSED: list[tuple[str, Callable[[], Event]]] = [
    ("/eventTime", lambda: object_event(action="ADD", epc_list=[PARCEL], event_time=NOW.replace(tzinfo=None))),
    (
        "/eventTimeZoneOffset",
        lambda: object_event(action="ADD", epc_list=[PARCEL], event_time=NOW, event_time_zone_offset="+7"),
    ),
    ("/epcList", lambda: object_event(action="ADD", event_time=NOW)),
    ("/epcList/0", lambda: object_event(action="ADD", epc_list=["parcel 1"], event_time=NOW)),
    ("/epcList", lambda: object_event(action="ADD", epc_list=[PARCEL, PARCEL], event_time=NOW)),
    ("/action", lambda: object_event(action=cast("Action", "REMOVE"), epc_list=[PARCEL], event_time=NOW)),
    (
        "/ilmd",
        lambda: object_event(action="OBSERVE", epc_list=[PARCEL], event_time=NOW, ilmd={"cbvmda:lotNumber": "1"}),
    ),
    ("/ilmd/lotNumber", lambda: object_event(action="ADD", epc_list=[PARCEL], event_time=NOW, ilmd={"lotNumber": "1"})),
    ("/note", lambda: object_event(action="ADD", epc_list=[PARCEL], event_time=NOW, extensions={"note": "1"})),
    ("/bizStep", lambda: object_event(action="ADD", epc_list=[PARCEL], event_time=NOW, biz_step="harvesting")),
    (
        "/disposition",
        lambda: object_event(action="ADD", epc_list=[PARCEL], event_time=NOW, disposition="urn:epcglobal:cbv:disp:x"),
    ),
    ("/readPoint/id", lambda: object_event(action="ADD", epc_list=[PARCEL], event_time=NOW, read_point="the farm")),
    (
        "/bizTransactionList/0/type",
        lambda: object_event(
            action="ADD", epc_list=[PARCEL], event_time=NOW, biz_transactions=[BusinessTransaction(ORDER, "order")]
        ),
    ),
    (
        "/sourceList/0/source",
        lambda: object_event(action="ADD", epc_list=[PARCEL], event_time=NOW, sources=[Party("location", "đây")]),
    ),
    (
        "/quantityList/0/quantity",
        lambda: object_event(action="ADD", quantity_list=[QuantityElement(LOT, 0)], event_time=NOW),
    ),
    (
        "/quantityList/0/quantity",
        lambda: object_event(action="ADD", quantity_list=[QuantityElement(LOT, Decimal("NaN"))], event_time=NOW),
    ),
    (
        "/quantityList/0/uom",
        lambda: object_event(action="ADD", quantity_list=[QuantityElement(LOT, 1, "kilogram")], event_time=NOW),
    ),
    ("/parentID", lambda: aggregation_event(action="ADD", child_epcs=[LOT], event_time=NOW)),
    ("/childEPCs", lambda: aggregation_event(action="ADD", parent_id=PARCEL, event_time=NOW)),
    (
        "/outputQuantityList",
        lambda: transformation_event(input_quantity_list=[QuantityElement(LOT, 1)], event_time=NOW),
    ),
    ("/inputQuantityList", lambda: transformation_event(transformation_id="urn:x:1", event_time=NOW)),
]


@pytest.mark.parametrize(("pointer", "build"), REFUSED)
def test_what_epcis_does_not_allow_is_refused_at_its_field(pointer: str, build: Callable[[], Event]) -> None:
    with pytest.raises(EventRuleError) as refusal:
        build()
    assert refusal.value.pointer == pointer
    assert refusal.value.message_id % refusal.value.params in str(refusal.value)


def test_emptying_a_parcel_needs_no_list_of_contents() -> None:
    assert "childEPCs" not in aggregation_event(action="DELETE", parent_id=PARCEL, event_time=NOW)


def test_one_side_of_a_transformation_may_be_told_alone_when_it_is_joined() -> None:
    event = transformation_event(
        input_quantity_list=[QuantityElement(LOT, 1)], transformation_id="urn:uuid:1", event_time=NOW
    )
    assert event["transformationID"] == "urn:uuid:1"
