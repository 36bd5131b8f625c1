"""Validation agrees with the official JSON Schema: on its examples, and on thousands of mutations of them."""

import copy
import io
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.traceability.epcis import events as own
from tests.traceability.epcis.official_schema import official_validator
from traceability.epcis.documents import DocumentError, stream_events
from traceability.epcis.validation import validate_event, validate_head

MUTATIONS = 3000
SCHEMA = "epcis/EPCIS-JSON-Schema.json"

STRANGE_VALUES: list[Any] = [
    None, "", " ", 0, -1, 1.5, True, False, [], {}, [[]], [None], [""], "x", "X", "a b", "é", "http://", "urn:",
    "http://a b", "http://example.com/%zz", "http://example.com/ü", "//example.com", "example", "example:", ":x",
    "1ab:c", "http://[::1]/", "http://[::g]/", "http://[v1.a]/", "http://a@b@c/", "http://a:80x/", "http://a:/",
    "http://ex.com/a#b#c", "http://ex.com/[a]", "urn:epcglobal:cbv:bizstep:shipping", "urn:epcglobal:cbv:x",
    "http://ns.gs1.org/cbv/x", "https://ns.gs1.org/cbv/x", "https://ref.gs1.org/cbv/BizStep-shipping",
    "https://gs1.org/voc/Temperature", "http://www.gs1.org/voc/x", "gs1:Temperature", "shipping", "SHIPPING",
    "active", "po", "owning_party", "ADD", "OBSERVE", "DELETE", "add", "ObjectEvent", "EPCISDocument",
    "https://example.com/OwnEvent", "Temperature", "ALARM_CONDITION", "x", "latitude", "did_not_occur", "KGM", "kgm",
    "K", "KGMM", "ff0", "0x1", "2.0", "2.", "2.0.1", "v2", "+07:00", "-14:00", "+14:00", "+14:01", "+7:00", "+13:60",
    "2026-02-28T00:00:00Z", "2026-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2026-02-28T24:00:00Z",
    "2026-02-28T00:00:60Z", "2026-02-28T00:00:00", "2026-02-28", "2026-02-28t00:00:00z", "2026-02-28 00:00:00Z",
    "2026-04-31T00:00:00Z", "2026-02-28T00:00:00.Z", "2026-02-28T00:00:00.123456789+07:00", "0000-01-01T00:00:00Z",
    "2026-02-28T00:00:00+24:00", "2026-02-28T00:00:00,5Z", "20260228T000000Z",
    ["shipping"], ["active", "active"], ["active"], ["urn:a:b", "urn:a:b"], ["urn:a:b"], ["http://a b"],
    {"id": "urn:a:b"}, {"id": "a b"}, {"set": []}, {"set": ["active"]}, {"set": ["active"], "x:y": 1},
    {"epcClass": "urn:a:b"}, [{"epcClass": "urn:a:b", "quantity": "1"}], [{"epcClass": "urn:a:b", "quantity": True}],
    [{"epcClass": "urn:a:b", "uom": "KGM", "quantity": 1}], [{"type": "po"}], [{"bizTransaction": "urn:a:b"}],
    [{"type": "location", "source": "urn:a:b"}], [{"source": "urn:a:b"}], [{"sensorReport": []}],
    [{"sensorReport": [{"type": "Temperature"}]}], [{"sensorReport": [{}]}], [{"sensorReport": [{"type": "x:y"}]}],
    {"declarationTime": "2026-02-28T00:00:00Z"}, {"declarationTime": "2026-02-28T00:00:00Z", "own": 1},
    {"reason": "did_not_occur"}, {"example:a": {"b": [None]}}, {"a": 1}, ["https://ref.gs1.org/x", {}, {}],
    [{"a": 1}, {"a": 1.0}], [{"a": 1}, {"a": True}],
]  # fmt: skip
STRANGE_NAMES = [
    "own", "example:own", "https://example.com/own", "a b", "", "é:x", ":x", "id", "type", "@context", "action",
    "epcList", "childEPCs", "quantityList", "childQuantityList", "inputEPCList", "outputEPCList", "parentID",
    "inputQuantityList", "outputQuantityList", "transformationID", "bizStep", "disposition", "readPoint",
    "bizLocation", "bizTransactionList", "sourceList", "destinationList", "sensorElementList", "sensorReport",
    "sensorMetadata", "persistentDisposition", "ilmd", "errorDeclaration", "certificationInfo", "recordTime",
    "eventID", "uom", "quantity", "component", "exception", "value", "booleanValue", "hexBinaryValue", "bizRules",
    "correctiveEventIDs", "reason", "vocabularyList", "eventList", "epcisHeader", "epcisMasterData", "sender",
    "instanceIdentifier", "queryName", "subscriptionID", "attributes", "children", "vocabularyElementList",
]  # fmt: skip


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, name or index) in `value`."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield value, name
        yield from places(member)


def mutate(value: Any, chance: random.Random) -> None:
    """Change one thing in `value`, anywhere."""
    container, name = chance.choice(list(places(value)))
    kind = chance.randrange(6)
    if kind == 0:
        del container[name]
    elif kind == 1 and isinstance(container, dict):
        container[chance.choice(STRANGE_NAMES)] = container.pop(name)
    elif kind == 2 and isinstance(container, dict):
        container[chance.choice(STRANGE_NAMES)] = copy.deepcopy(chance.choice(STRANGE_VALUES))
    elif kind == 3:
        container[name] = [container[name]]
    elif kind == 4 and isinstance(container[name], list):
        container[name] += copy.deepcopy(container[name][:1])
    else:
        container[name] = copy.deepcopy(chance.choice(STRANGE_VALUES))


def documents(folder: Path) -> list[dict[str, Any]]:
    examples = [json.loads(path.read_text("utf-8")) for path in sorted(folder.rglob("*.jsonld"))]
    assert len(examples) > 40
    return [*examples, own.DOCUMENT_WITH_MASTER_DATA]


def problems(document: dict[str, Any]) -> list[str]:
    """What the product finds, with the document read from its text as an edge would."""
    try:
        head, events = stream_events(io.BytesIO(json.dumps(document).encode()))
    except DocumentError as error:
        return [str(error)]
    found = [] if head.is_bare_event else validate_head(head.document)
    for event in events:
        found += validate_event(event.event, pointer=event.pointer, stands_alone=head.is_bare_event)
    return [f"{problem.pointer}: {problem}" for problem in found]


def bare_events(examples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for document in examples:
        events = list(stream_events(io.BytesIO(json.dumps(document).encode()))[1])
        found += [{"@context": document["@context"], **event.event} for event in events[:4]]
    return found


def heads(examples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [stream_events(io.BytesIO(json.dumps(document).encode()))[0].document for document in examples]


def test_every_official_example_is_valid(vector: Callable[[str], Path]) -> None:
    validator = official_validator(vector(SCHEMA))
    for document in documents(vector("epcis/examples")):
        assert problems(document) == []
        assert validator.is_valid(document)


@pytest.mark.parametrize("part", [bare_events, heads])
def test_mutations_are_judged_alike(part: Callable[[Any], list[dict[str, Any]]], vector: Callable[[str], Path]) -> None:
    validator = official_validator(vector(SCHEMA))
    originals = part(documents(vector("epcis/examples")))
    chance = random.Random(20)
    verdicts = {True: 0, False: 0}
    for _ in range(MUTATIONS if part is bare_events else MUTATIONS // 3):
        mutant = copy.deepcopy(chance.choice(originals))
        for _ in range(chance.choice((1, 1, 1, 2))):
            mutate(mutant, chance)
        if not mutant:
            continue
        found, valid = problems(mutant), validator.is_valid(mutant)
        assert (not found) == valid, (
            f"the schema finds this {'valid' if valid else 'invalid'}, we find {found}:\n{json.dumps(mutant, indent=1)}"
        )
        verdicts[valid] += 1
    assert min(verdicts.values()) > 100, verdicts
