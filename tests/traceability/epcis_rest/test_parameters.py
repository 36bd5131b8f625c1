"""Every family of query parameters finds the events that have what it asks, in any spelling, and no others."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.traceability.epcis_rest.recorded import EVENTS, GTIN, as_officer, found, record, seen

SGTIN = "urn:epc:id:sgtin:9521000.000001.7"
PLACE = "https://id.gs1.org/414/9521000000018"
SENSOR: dict[str, Any] = {
    "sensorMetadata": {
        "time": "2026-09-02T01:00:00Z",
        "startTime": "2026-09-01T00:00:00Z",
        "endTime": "2026-09-03T00:00:00Z",
        "deviceID": "urn:epc:id:giai:9521000.D1",
        "bizRules": "https://rules.example/cold",
        "ex:placed": "on the lorry",
    },
    "sensorReport": [
        {
            "type": "Temperature",
            "value": 4.5,
            "minValue": 3.0,
            "maxValue": 6.0,
            "meanValue": 4.4,
            "sDev": 0.5,
            "percRank": 50,
            "percValue": 4.2,
            "uom": "CEL",
            "time": "2026-09-02T02:00:00+07:00",
            "ex:probe": 3,
        },
        {"type": "RelativeHumidity", "value": 80, "uom": "P1", "component": "x", "exception": "ALARM_CONDITION"},
        {"type": "Count", "stringValue": "many", "booleanValue": True, "hexBinaryValue": "f0a1"},
        {"type": "Count", "uriValue": "https://values.example/1", "microorganism": "https://taxa.example/562"},
        {"type": "Count", "chemicalSubstance": "https://substances.example/water", "rawData": "https://raw.example/1"},
    ],
    "ex:sealed": "yes",
}
FULL = seen(
    7,
    action="ADD",
    eventTime="2026-09-01T05:00:00.000+07:00",
    bizStep="inspecting",
    disposition="in_progress",
    persistentDisposition={"set": ["completeness_verified"], "unset": ["damaged"]},
    readPoint={"id": f"{PLACE}/254/7"},
    bizLocation={"id": "urn:epc:id:sgln:9521000.00001.0"},
    quantityList=[{"epcClass": f"https://id.gs1.org/01/{GTIN}/10/L-1", "quantity": 1.5, "uom": "KGM"}],
    bizTransactionList=[{"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:9521000000018:PO-1"}],
    sourceList=[{"type": "possessing_party", "source": "urn:epc:id:pgln:9521000.00001"}],
    destinationList=[{"type": "owning_party", "destination": "https://id.gs1.org/417/9521000000025"}],
    sensorElementList=[SENSOR],
    certificationInfo=["https://certificates.example/1"],
    ilmd={"cbvmda:lotNumber": "L-1", "ex:sugar": 12.5, "ex:picked": "2026-08-30", "ex:tree": {"ex:row": "B4"}},
    **{"ex:mood": "fresh", "ex:weighed": "2.50", "ex:box": {"other:colour": "red", "ex:side": {"ex:label": 9}}},
)
ORDINARY = seen(
    8, bizStep="shipping", disposition="in_transit", readPoint={"id": "https://id.gs1.org/414/9521000000025"}
)

PARAMETERS: list[tuple[str, str]] = [
    ("eventType", "ObjectEvent|AggregationEvent"),
    ("LT_eventTime", "2026-08-31T22:00:00.001Z"),
    ("GE_eventTime", "2026-09-01T05:00:00+07:00"),
    ("GE_recordTime", "2026-09-01T05:00:00+07:00"),
    ("EQ_action", "ADD|DELETE"),
    ("EQ_bizStep", "inspecting"),
    ("EQ_bizStep", "urn:epcglobal:cbv:bizstep:inspecting"),
    ("EQ_bizStep", "accepting|https://ref.gs1.org/cbv/BizStep-inspecting"),
    ("EQ_disposition", "in_progress"),
    ("EQ_persistentDisposition_set", "https://ref.gs1.org/cbv/Disp-completeness_verified"),
    ("EQ_persistentDisposition_unset", "damaged"),
    ("EQ_readPoint", "urn:epc:id:sgln:9521000.00001.7"),
    ("WD_readPoint", PLACE),
    ("WD_readPoint", "urn:epc:id:sgln:9521000.00001.7"),
    ("EQ_bizLocation", "http://localhost:8000/414/9521000000018"),
    ("WD_bizLocation", "urn:epc:id:sgln:9521000.00001.0"),
    ("EQ_bizTransaction_po", "urn:epcglobal:cbv:bt:9521000000018:PO-1"),
    ("EQ_bizTransaction_https://ref.gs1.org/cbv/BTT-po", "urn:epcglobal:cbv:bt:9521000000018:PO-1"),
    ("EQ_source_possessing_party", "https://id.gs1.org/417/9521000000018"),
    ("EQ_destination_owning_party", "urn:epc:id:pgln:9521000.00002"),
    ("MATCH_epc", SGTIN),
    ("MATCH_anyEPC", f"https://shop.example/01/{GTIN}/21/7"),
    ("MATCH_anyEPC", f"http://localhost:8000/01/{GTIN}/21/7|urn:epc:id:sscc:9521000.0000000001"),
    ("MATCH_epcClass", "urn:epc:class:lgtin:9521000.000001.L-1"),
    ("MATCH_anyEPCClass", "urn:epc:class:lgtin:9521000.000001.*"),
    ("EQ_quantity", "1.5"),
    ("GT_quantity", "1"),
    ("LE_quantity_GRM", "1500"),
    ("EQ_quantity_GRM", "1500"),
    ("EQ_certificationInfo", "https://certificates.example/1"),
    ("EXISTS_sensorElementList", "true"),
    ("EXISTS_sensorElement", ""),
    ("GE_time", "2026-09-02T01:00:00Z"),
    ("LT_SENSORREPORT_time", "2026-09-02T02:00:01+07:00"),
    ("GE_startTime", "2026-09-01T00:00:00Z"),
    ("LT_endTime", "2026-09-03T00:00:01Z"),
    ("EQ_type", "Pressure|Temperature"),
    ("EQ_type", "https://gs1.org/voc/Temperature"),
    ("EQ_value_CEL", "4.5"),
    ("EQ_value_KEL", "277.65"),
    ("EQ_value_FAH", "40.1"),
    ("GT_value_KEL", "277"),
    ("LT_minValue_CEL", "3.5"),
    ("GE_maxValue_CEL", "6"),
    ("LE_meanValue_FAH", "40"),
    ("EQ_sDev_KEL", "0.5"),
    ("EQ_sDev_FAH", "0.9"),
    ("GE_percRank", "50"),
    ("LT_percValue_CEL", "4.3"),
    ("EQ_deviceID", "https://id.gs1.org/8004/9521000D1"),
    ("EQ_SENSORMETADATA_deviceID", "urn:epc:id:giai:9521000.D1"),
    ("EXISTS_SENSORMETADATA_deviceID", "true"),
    ("EQ_bizRules", "https://rules.example/cold"),
    ("EQ_component", "x"),
    ("EQ_exception", "ALARM_CONDITION"),
    ("EQ_stringValue", "many"),
    ("EQ_booleanValue", "true"),
    ("EQ_hexBinaryValue", "F0A1"),
    ("EQ_uriValue", "https://values.example/1"),
    ("EQ_microorganism", "https://taxa.example/562"),
    ("EQ_chemicalSubstance", "https://substances.example/water"),
    ("EQ_rawData", "https://raw.example/1"),
    ("EQ_SENSORELEMENT_ex:sealed", "yes"),
    ("EQ_SENSORMETADATA_ex:placed", "on the lorry"),
    ("GT_SENSORREPORT_ex:probe", "2"),
    ("EXISTS_SENSORREPORT_ex:probe", "true"),
    ("EQ_ILMD_cbvmda:lotNumber", "L-1"),
    ("EQ_ILMD_urn:epcglobal:cbv:mda:lotNumber", "L-1"),
    ("EQ_ILMD_ex:sugar", "12.5"),
    ("EQ_ILMD_ex:sugar", "11|12.50"),
    ("GE_ILMD_ex:sugar", "12"),
    ("LT_ILMD_ex:picked", "2026-08-31"),
    ("EQ_INNER_ILMD_ex:row", "B4"),
    ("EXISTS_ILMD_ex:tree", "true"),
    ("EXISTS_INNER_ILMD_ex:row", "true"),
    ("EQ_ex:mood", "fresh"),
    ("EQ_https://ns.example/mood", "fresh"),
    ("EQ_https://ns.example/#mood", "fresh"),
    ("GE_ex:weighed", "2.5"),
    ("LT_ex:weighed", "2.51"),
    ("EQ_INNER_other:colour", "blue|red"),
    ("EQ_INNER_https://other.example/terms#colour", "red"),
    ("LE_INNER_ex:label", "9"),
    ("EXISTS_ex:box", "true"),
    ("EXISTS_INNER_ex:label", "true"),
    ("HASATTR_ex:box", "other:colour"),
    ("EQATTR_ex:box_other:colour", "red"),
]


@pytest.fixture
def reader(client: FlaskClient) -> FlaskClient:
    return as_officer(client)


def test_every_parameter_finds_its_event(reader: FlaskClient) -> None:
    full, ordinary = record(FULL, ORDINARY)
    wrong = {}
    for name, value in PARAMETERS:
        answer = found(reader, **{name: value})
        alone = [full] if not name.startswith(("eventType", "GE_eventTime", "GE_recordTime")) else [full, ordinary]
        if answer != alone:
            wrong[name, value] = answer
    assert wrong == {}


CHANGED: list[tuple[str, str]] = [
    ("EQ_bizStep", "accepting"),
    ("EQ_readPoint", PLACE),
    ("WD_readPoint", "https://id.gs1.org/414/9521000000049"),
    ("EQ_bizTransaction_inv", "urn:epcglobal:cbv:bt:9521000000018:PO-1"),
    ("EQ_source_owning_party", "https://id.gs1.org/417/9521000000018"),
    ("MATCH_epc", "urn:epc:id:sgtin:9521000.000001.70"),
    ("MATCH_parentID", SGTIN),
    ("MATCH_inputEPC", SGTIN),
    ("MATCH_outputEPC", SGTIN),
    ("MATCH_epcClass", SGTIN),
    ("MATCH_inputEPCClass", "urn:epc:class:lgtin:9521000.000001.L-1"),
    ("MATCH_anyEPC", "urn:epc:class:lgtin:9521000.000001.L-1"),
    ("GT_quantity", "1.5"),
    ("EQ_quantity_LTR", "1.5"),
    ("EQ_value_CEL", "4.51"),
    ("EQ_value_P1", "4.5"),
    ("GT_value_KEL", "277.65|278"),
    ("GE_startTime", "2026-09-01T00:00:00.001Z"),
    ("EQ_booleanValue", "false"),
    ("EQ_SENSORREPORT_deviceID", "urn:epc:id:giai:9521000.D1"),
    ("EQ_ex:colour", "red"),
    ("EQ_INNER_ex:mood", "fresh"),
    ("EQ_ILMD_ex:mood", "fresh"),
    ("EQ_other:mood", "fresh"),
    ("EQ_ex:mood", "Fresh"),
    ("EQ_ex:weighed", "2.51"),
    ("GT_ILMD_ex:sugar", "12.5"),
    ("HASATTR_ex:box", "ex:colour"),
    ("EQATTR_ex:box_other:colour", "blue"),
    ("EXISTS_errorDeclaration", "true"),
    ("EQ_transformationID", "urn:epcglobal:cbv:xform:1"),
]


@pytest.mark.parametrize(("name", "value"), [pair for pair in CHANGED if "|" not in pair[1]])
def test_what_is_a_little_different_is_not_found(reader: FlaskClient, name: str, value: str) -> None:
    record(FULL)
    assert found(reader, **{name: value}) == []


def test_parameters_must_all_hold(reader: FlaskClient) -> None:
    full, ordinary = record(FULL, ORDINARY)
    assert found(reader, EQ_bizStep="inspecting|shipping") == [full, ordinary]
    assert found(reader, EQ_bizStep="inspecting|shipping", EQ_disposition="in_transit") == [ordinary]
    assert found(reader, EQ_bizStep="inspecting", EQ_disposition="in_transit") == []
    assert found(reader, EXISTS_errorDeclaration="false", EQ_bizStep="shipping") == [ordinary]


def test_a_prefix_may_be_declared_otherwise_than_the_events_do(reader: FlaskClient) -> None:
    full, _ordinary = record(FULL, ORDINARY)
    mine = {"GS1-Extensions": "mine=https://ns.example/,ex=https://elsewhere.example/"}
    assert found(reader, headers=mine, **{"EQ_mine:mood": "fresh"}) == [full]
    assert found(reader, headers=mine, **{"EQ_ex:mood": "fresh"}) == []


def test_aggregations_and_transformations_by_their_sides(reader: FlaskClient) -> None:
    packed = seen(1, type="AggregationEvent", action="ADD", parentID="urn:epc:id:sscc:9521000.0000000001", epcList=None)
    packed["childEPCs"] = [SGTIN]
    packed["childQuantityList"] = [{"epcClass": f"https://id.gs1.org/01/{GTIN}"}]
    graded = seen(2, type="TransformationEvent", epcList=None, action=None, inputEPCList=[SGTIN])
    graded |= {
        "outputQuantityList": [{"epcClass": "urn:epc:class:lgtin:9521000.000001.B", "quantity": 3}],
        "transformationID": "urn:epcglobal:cbv:xform:9521000000018:1",
    }
    first, second = record(packed, graded)
    assert found(reader, MATCH_parentID="https://id.gs1.org/00/095210000000000018") == [first]
    assert found(reader, MATCH_epc=SGTIN) == [first]
    assert found(reader, MATCH_inputEPC="urn:epc:idpat:sgtin:9521000.000001.*") == [second]
    assert found(reader, MATCH_anyEPC="urn:epc:idpat:sgtin:9521000.*.*") == [first, second]
    assert found(reader, MATCH_anyEPC="urn:epc:idpat:sgtin:9521001.*.*") == []
    assert found(reader, MATCH_epcClass="urn:epc:idpat:sgtin:9521000.000001.*") == [first]
    assert found(reader, MATCH_outputEPCClass=f"https://id.gs1.org/01/{GTIN}/10/B") == [second]
    assert found(reader, EQ_transformationID="urn:epcglobal:cbv:xform:9521000000018:1") == [second]
    assert found(reader, eventType="TransformationEvent") == [second]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("nonsense", "1"),
        ("EQ_nonsense", "1"),
        ("EQ_", "1"),
        ("LIKE_bizStep", "x"),
        ("eventType", "HappyEvent"),
        ("EQ_action", "LOOK"),
        ("GE_eventTime", "yesterday"),
        ("GE_eventTime", "2026-09-01"),
        ("GE_eventTime", "2026-09-01T05:00:00"),
        ("GE_eventTime", "2026-09-01T05:00:00Z|2026-09-02T05:00:00Z"),
        ("GT_quantity", "much"),
        ("GT_quantity", "nan"),
        ("GT_quantity", "1e999"),
        ("GT_quantity", "1|2"),
        ("GE_value_CEL", "warm"),
        ("GE_ex:mood", "fresh"),
        ("EQ_booleanValue", "maybe"),
        ("EXISTS_ex:mood", "perhaps"),
        ("EXISTS_nothing", "true"),
        ("EQ_unheard:of", "1"),
        ("orderBy", "bizStep"),
        ("orderDirection", "UP"),
        ("eventCountLimit", "5"),
        ("eventCountLimit", "-1"),
        ("maxEventCount", "many"),
        ("perPage", "0"),
        ("perPage", "-3"),
        ("perPage", "ten"),
        ("nextPageToken", "guessed"),
    ],
)
def test_what_makes_no_sense_is_a_problem_that_names_the_parameter(reader: FlaskClient, name: str, value: str) -> None:
    record(FULL)
    answer = reader.get(EVENTS, query_string={name: value})
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert answer.json["type"] == "epcisException:QueryParameterException"
    assert answer.json["detail"].startswith(f"{name}: ")


def test_limits_exclude_each_other(reader: FlaskClient) -> None:
    answer = reader.get(EVENTS, query_string={"orderBy": "eventTime", "eventCountLimit": 1, "maxEventCount": 1})
    assert answer.status_code == 400
    assert answer.json["detail"].startswith("maxEventCount: ")


def test_too_many_results_are_an_error_only_where_it_was_asked(reader: FlaskClient) -> None:
    record(*(seen(number) for number in range(3)))
    answer = reader.get(EVENTS, query_string={"maxEventCount": 2})
    assert (answer.status_code, answer.json["type"]) == (413, "epcisException:QueryTooLargeException")
    assert len(found(reader, maxEventCount=3)) == 3
    assert len(found(reader, eventCountLimit=2, orderBy="eventTime")) == 2
