"""Valid events of all five kinds with everything in them, ours, so that tests need no artefacts from outside."""

import copy
from typing import Any

from traceability.epcis.contexts import EPCIS_CONTEXT

CONTEXT: list[Any] = [EPCIS_CONTEXT, {"example": "https://ns.example.com/epcis/"}]
LOT = "https://id.gs1.org/01/09506000134352/10/L1"
ITEM = "https://id.gs1.org/01/09506000134352/21/1"
OTHER_ITEM = "https://id.gs1.org/01/09506000134352/21/2"
PARCEL = "https://id.gs1.org/00/095060001343520003"

WHEN_AND_WHERE: dict[str, Any] = {
    "eventTime": "2026-09-01T08:00:00.000+07:00",
    "eventTimeZoneOffset": "+07:00",
    "recordTime": "2026-09-01T09:00:00Z",
    "eventID": "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",
    "certificationInfo": ["https://example.com/certificates/1"],
    "errorDeclaration": {
        "declarationTime": "2026-09-02T00:00:00Z",
        "reason": "incorrect_data",
        "correctiveEventIDs": ["urn:uuid:404d95fc-9457-4a51-bd6a-0bba133845a8"],
        "example:by": "clerk (mẫu)",
    },
    "bizStep": "inspecting",
    "disposition": "active",
    "readPoint": {"id": "https://id.gs1.org/414/9506000134376", "example:gate": 3},
    "bizLocation": {"id": "urn:epc:id:sgln:9506000.13437.0"},
    "bizTransactionList": [
        {"type": "po", "bizTransaction": "https://example.com/orders/1"},
        {"bizTransaction": "urn:epcglobal:cbv:bt:9506000134376:9"},
    ],
    "sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:9506000.13437"}],
    "destinationList": [{"type": "https://example.com/parties/own", "destination": "urn:epc:id:pgln:9506000.13437"}],
    "sensorElementList": [
        {
            "sensorMetadata": {
                "time": "2026-09-01T01:00:00Z", "startTime": "2026-09-01T00:00:00Z", "endTime": "2026-09-01T01:00:00Z",
                "deviceID": "urn:epc:id:giai:9506000.111", "deviceMetadata": "https://example.com/m",
                "rawData": "https://example.com/r", "dataProcessingMethod": "https://example.com/d",
                "bizRules": "https://example.com/b", "example:room": "cold",
            },
            "sensorReport": [
                {
                    "type": "Temperature", "value": 4.5, "uom": "CEL", "minValue": 4, "maxValue": 5, "meanValue": 4.4,
                    "sDev": 0.1, "percRank": 50, "percValue": 4.5, "time": "2026-09-01T01:00:00Z",
                    "exception": "ALARM_CONDITION", "component": "x", "booleanValue": True, "stringValue": "ấm",
                    "hexBinaryValue": "f0F", "uriValue": "urn:a:b", "microorganism": "https://example.com/taxon/1",
                    "chemicalSubstance": "https://identifiers.org/inchikey:CZMRCDWAGMRECN-UGDNZRGBSA-N",
                    "coordinateReferenceSystem": "https://example.com/crs", "example:shelf": [1, {"a": None}],
                },
                {"type": "https://example.com/measures/Brix", "value": 12},
            ],
            "example:placed": "inside",
        }
    ],
    "example:note": {"example:lines": ["một", "hai"]},
    "https://other.example.com/terms#weather": "dry",
}  # fmt: skip
QUANTITIES: list[Any] = [{"epcClass": LOT, "quantity": 12.5, "uom": "KGM"}, {"epcClass": PARCEL}]
ILMD = {"cbvmda:lotNumber": "L1", "https://ns.example.com/epcis/plots": [{"name": "A"}, "B"]}

OBJECT_EVENT: dict[str, Any] = {
    "type": "ObjectEvent", "epcList": [ITEM, OTHER_ITEM], "quantityList": QUANTITIES, "action": "ADD", "ilmd": ILMD,
    "persistentDisposition": {"set": ["completeness_verified"], "unset": ["completeness_inferred"]}, **WHEN_AND_WHERE,
}  # fmt: skip
AGGREGATION_EVENT: dict[str, Any] = {
    "type": "AggregationEvent", "parentID": PARCEL, "childEPCs": [ITEM], "childQuantityList": QUANTITIES,
    "action": "ADD", **WHEN_AND_WHERE,
}  # fmt: skip
ASSOCIATION_EVENT: dict[str, Any] = {**AGGREGATION_EVENT, "type": "AssociationEvent"}
TRANSACTION_EVENT: dict[str, Any] = {
    "type": "TransactionEvent", "parentID": PARCEL, "epcList": [ITEM], "quantityList": QUANTITIES, "action": "OBSERVE",
    **WHEN_AND_WHERE,
}  # fmt: skip
TRANSFORMATION_EVENT: dict[str, Any] = {
    "type": "TransformationEvent", "inputEPCList": [ITEM], "inputQuantityList": QUANTITIES,
    "outputEPCList": [OTHER_ITEM], "outputQuantityList": QUANTITIES, "transformationID": "urn:uuid:1", "ilmd": ILMD,
    "persistentDisposition": {"set": ["conformant"]}, **WHEN_AND_WHERE,
}  # fmt: skip
FULL_EVENTS = [OBJECT_EVENT, AGGREGATION_EVENT, ASSOCIATION_EVENT, TRANSACTION_EVENT, TRANSFORMATION_EVENT]

SIMPLE_EVENT: dict[str, Any] = {
    "type": "ObjectEvent", "eventTime": "2026-09-01T01:00:00.000Z", "eventTimeZoneOffset": "+07:00", "epcList": [ITEM],
    "action": "OBSERVE", "bizStep": "shipping",
}  # fmt: skip


def document(*events: dict[str, Any], **members: Any) -> dict[str, Any]:
    """An EPCIS document around `events`, with more or other members."""
    return {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-09-03T00:00:00Z",
        "epcisBody": {"eventList": [copy.deepcopy(event) for event in events]},
        **members,
    }


def query_document(*events: dict[str, Any]) -> dict[str, Any]:
    """The answer to a query, with `events` and master data in it."""
    results = {"eventList": list(events), "vocabularyList": MASTER_DATA["vocabularyList"]}
    body = {"queryResults": {"queryName": "SimpleEventQuery", "subscriptionID": "s1", "resultsBody": results}}
    return {**document(), "type": "EPCISQueryDocument", "epcisBody": body}


MASTER_DATA: dict[str, Any] = {
    "vocabularyList": [
        {
            "type": "urn:epcglobal:epcis:vtype:BusinessLocation",
            "vocabularyElementList": [
                {
                    "id": "urn:epc:id:sgln:9506000.13437.0",
                    "attributes": [
                        {"id": "cbvmda:city", "attribute": "Hương Khê"},
                        {"id": "cbvmda:latitude", "attribute": 18.2},
                        {"id": "example:hours", "attribute": {"from": 7, "to": 17}},
                    ],
                    "children": ["urn:epc:id:sgln:9506000.13437.1"],
                }
            ],
        }
    ]
}
DOCUMENT_WITH_MASTER_DATA = document(
    *FULL_EVENTS,
    id="https://example.com/documents/1",
    sender="urn:epc:id:pgln:9506000.13437",
    receiver="a shop (mẫu)",
    instanceIdentifier="1",
    epcisHeader={"epcisMasterData": MASTER_DATA, "example:route": "north"},
    **{"example:batch": 7},
)
