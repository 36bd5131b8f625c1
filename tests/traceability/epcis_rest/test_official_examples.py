"""The official examples, recorded and asked for: each event is found by everything that the index knows of it."""

import json
from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient

from core.accounts import ANONYMOUS
from tests.traceability.epcis_rest.recorded import EVENTS, as_officer, events_of, found, official_events, record
from traceability.epcis.contexts import declarations, namespaces
from traceability.epcis.hashing import event_hash
from traceability.journal.event_query import find_events, parse_query, query_from_json
from traceability.journal.indexing import index_event
from traceability.journal.parties import Party

EVERYTHING = Party(ANONYMOUS, reads_everything=True)


def recorded(folder: Path) -> list[tuple[str, dict[str, object], object]]:
    """The official events with their ids and contexts; twins and those that only an older check lets pass apart."""
    listed = []
    hashes = set()
    for event, context in official_events(folder):
        digest = event_hash(event, dict(declarations(context)))
        if digest in hashes or "errorDeclaration" in event:
            continue
        hashes.add(digest)
        (event_id,) = record(event, context=context)
        listed.append((event_id, event, context))
    return listed


def test_an_event_is_found_by_its_objects_and_each_of_its_terms(
    client: FlaskClient, vector: Callable[[str], Path]
) -> None:
    as_officer(client)
    listed = recorded(vector("epcis/examples"))
    assert len(listed) > 25
    for event_id, event, context in listed:
        index = index_event(event, namespaces(context))
        for item in index.identifiers:
            kind = "anyEPCClass" if item.role.endswith("quantity") else "anyEPC"
            assert event_id in found(client, **{f"MATCH_{kind}": item.identifier}), item
        for term in index.terms:
            name, _sign, value = term.partition("=")
            if "|" in value or "{" not in name or name.startswith(("ATTR_", "@")):
                continue
            parameter = name.replace("{", "").replace("}", "")
            question = {f"EQ_{parameter}": value} if value else {f"EXISTS_{parameter}": "true"}
            assert event_id in found(client, **question), term
            if value:
                assert event_id not in found(client, **{f"EQ_{parameter}": f"{value}~"}), term


def test_events_leave_with_the_hash_they_came_with(client: FlaskClient, vector: Callable[[str], Path]) -> None:
    as_officer(client)
    listed = recorded(vector("epcis/examples"))
    for form in ("Always_GS1_Digital_Link", "Never_Translates"):
        answer = client.get(f"{EVENTS}?perPage=1000", headers={"GS1-EPC-Format": form})
        around = dict(declarations(answer.json["@context"]))
        left = {
            event_hash(event, {**around, **dict(declarations(event.get("@context")))}) for event in events_of(answer)
        }
        assert left == {event_hash(event, dict(declarations(context))) for _id, event, context in listed}


def test_a_query_in_json_finds_what_the_parameters_find(client: FlaskClient, vector: Callable[[str], Path]) -> None:
    recorded(vector("epcis/examples"))
    asked = {
        "eventType": ["ObjectEvent"], "EQ_bizStep": ["shipping", "receiving"], "GE_quantity": 1,
        "EXISTS_example:myField": None, "@context": {"example": "http://ns.example.com/epcis/"},
    }  # fmt: skip
    for names in (["eventType"], ["eventType", "EQ_bizStep"], ["GE_quantity"], ["EXISTS_example:myField", "@context"]):
        part = {name: asked[name] for name in names}
        pairs = [
            (name, "|".join(value) if isinstance(value, list) else "" if value is None else json.dumps(value))
            for name, value in part.items()
            if name != "@context"
        ]
        by_pairs = find_events(parse_query(pairs, prefixes={"example": "http://ns.example.com/epcis/"}), EVERYTHING)
        by_json = find_events(query_from_json({"name": "mine", "query": part}), EVERYTHING)
        assert by_pairs.rows
        assert by_json.rows == by_pairs.rows
