"""Headers, versions, formats and problem documents of the EPCIS interface."""

from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from tests.traceability.epcis_rest.recorded import CONTEXT, EVENTS, as_officer, events_of, ids, record, seen
from traceability.epcis.contexts import EPCIS_CONTEXT

ROOT = "/epcis/v2"
OURS = "https://id.gs1.org/01/09521000000018/21/1"
URN = "urn:epc:id:sgtin:9521000.000001.1"
OUR_URN = "urn:epc:id:sgtin:952100.0000001."


@pytest.fixture
def reader(client: FlaskClient) -> FlaskClient:
    return as_officer(client)


@pytest.mark.parametrize(
    "path",
    ["/", "/events", "/events/x", "/eventTypes", "/eventTypes/ObjectEvent", "/eventTypes/ObjectEvent/events"]
    + [
        f"/{name}{rest}"
        for name in ("epcs", "bizSteps", "bizLocations", "readPoints", "dispositions")
        for rest in ("", "/urn:x:1", "/urn:x:1/events")
    ],
)
def test_every_resource_says_what_the_server_speaks(client: FlaskClient, path: str) -> None:
    answer = client.options(ROOT + path)
    assert answer.status_code == 204
    assert {"GET", "OPTIONS"} <= set(answer.headers["Allow"].split(", "))
    for name in ("EPCIS-Version", "EPCIS-Min", "EPCIS-Max", "CBV-Version", "CBV-Min", "CBV-Max"):
        assert answer.headers[f"GS1-{name}"] == "2.0.0"
    for name in ("EPC-Format", "CBV-XML-Format", "Extensions", "Vendor-Version"):
        assert answer.headers[f"GS1-{name}"]


def test_the_landing_names_all_resources(client: FlaskClient) -> None:
    answer = client.get(f"{ROOT}/")
    assert answer.json["type"] == "Collection"
    assert set(answer.json["member"]) == {
        "events", "eventTypes", "epcs", "bizSteps", "bizLocations", "readPoints", "dispositions", "capture", "queries",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Accept": "application/ld+json"}, 200),
        ({"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}, 200),
        ({"Accept": "application/xml"}, 406),
        ({"GS1-EPCIS-Min": "1.2", "GS1-EPCIS-Max": "2.0"}, 200),
        ({"GS1-EPCIS-Min": "2.1"}, 406),
        ({"GS1-EPCIS-Max": "1.2.0"}, 406),
        ({"GS1-CBV-Min": "2.0.1"}, 406),
        ({"GS1-CBV-Max": "1"}, 406),
        ({"GS1-EPCIS-Max": "newest"}, 406),
        ({"GS1-EPC-Format": "No_Preference"}, 200),
        ({"GS1-EPC-Format": "Sometimes"}, 406),
        ({"GS1-CBV-XML-Format": "Always_URN"}, 200),
        ({"GS1-CBV-XML-Format": "Sometimes"}, 406),
        ({"Authorization": "Bearer cn_wrong"}, 401),
    ],
)
def test_what_is_asked_for_is_given_or_refused(client: FlaskClient, headers: dict[str, str], status: int) -> None:
    answer = client.get(EVENTS, headers=headers)
    assert answer.status_code == status
    assert answer.headers["GS1-EPCIS-Version"] == "2.0.0"
    if status == 200:
        assert answer.mimetype == headers.get("Accept", "application/json").replace(
            "text/html,application/xhtml+xml,*/*;q=0.8", "application/json"
        )
    else:
        assert answer.mimetype == "application/problem+json"
        assert answer.json["type"].startswith("epcisException:")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("DELETE", "/eventTypes", 405), ("GET", "/events/urn:unknown:1", 404)]
    + [("GET", f"/{name}/urn:x:1", 404) for name in ("epcs", "bizSteps", "bizLocations", "readPoints", "dispositions")]
    + [("GET", "/eventTypes/HappyEvent", 404), ("GET", "/eventTypes/HappyEvent/events", 404)],
)
def test_what_leads_nowhere_is_a_problem_document(client: FlaskClient, method: str, path: str, status: int) -> None:
    answer = client.open(ROOT + path, method=method)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json["status"] == status


def test_an_endless_address_is_refused(client: FlaskClient) -> None:
    answer = client.get(f"{EVENTS}?EQ_eventID={'x' * 20_000}")
    assert (answer.status_code, answer.json["type"]) == (414, "epcisException:URITooLongException")


def test_identifiers_are_written_as_the_reader_wants(reader: FlaskClient) -> None:
    uuid = "urn:uuid:0199f000-0000-7000-8000-00000000000a"
    mixed = {
        "epcList": [URN, "https://shop.example/01/09521000000018/21/2", "urn:uuid:0199f000-0000-7000-8000-00000000000a"]
    }
    record(seen(1, **mixed, **{"ex:note": f'“{URN}” or "{URN}"'}))

    def listed(**headers: str) -> tuple[list[str], str]:
        (event,) = events_of(reader.get(EVENTS, headers=headers))
        return event["epcList"], event["ex:note"]

    note = f'“{URN}” or "{URN}"'
    assert listed() == ([OURS, mixed["epcList"][1], uuid], note)
    assert listed(**{"GS1-EPC-Format": "Never_Translates"}) == (mixed["epcList"], note)
    assert listed(**{"GS1-EPC-Format": "No_Preference"}) == (mixed["epcList"], note)
    assert listed(**{"GS1-EPC-Format": "Always_EPC_URN"}) == ([URN, f"{OUR_URN}2", uuid], note)


def test_events_carry_the_time_of_recording_and_their_id(reader: FlaskClient) -> None:
    (event_id,) = record(seen(1, recordTime="2020-01-01T00:00:00Z"))
    answer = reader.get(EVENTS)
    (event,) = events_of(answer)
    assert event["eventID"] == event_id
    assert event["recordTime"] > "2026"
    assert answer.text.count('"recordTime"') == 1


def test_contexts_stand_around_all_events_or_in_each(reader: FlaskClient) -> None:
    record(seen(1, **{"ex:mood": "fresh"}))
    answer = reader.get(EVENTS)
    assert answer.json["@context"] == CONTEXT
    other = [EPCIS_CONTEXT, {"ex": "https://elsewhere.example/"}]
    record(seen(2, **{"ex:mood": "tired"}), context=other)
    record(seen(3), context=EPCIS_CONTEXT)
    answer = reader.get(EVENTS)
    assert answer.json["@context"] == [EPCIS_CONTEXT]
    assert [event.get("@context") for event in events_of(answer)] == [CONTEXT, other, None]


def test_an_event_s_own_context_stays(reader: FlaskClient) -> None:
    own: list[Any] = [EPCIS_CONTEXT, {"mine": "https://mine.example/"}]
    record(seen(1, **{"@context": own, "mine:mood": "fresh"}))
    (event,) = events_of(reader.get(EVENTS))
    assert {"mine": "https://mine.example/"} in event["@context"]
    assert event["mine:mood"] == "fresh"


def test_an_event_by_its_id_comes_with_its_declaration_and_correction(reader: FlaskClient) -> None:
    right = seen(2)
    (right_id,) = record(right)
    (wrong_id, _other) = record(seen(1), seen(3))
    declaration = {
        "declarationTime": "2026-09-20T00:00:00Z", "reason": "incorrect_data", "correctiveEventIDs": [right_id],
    }  # fmt: skip
    record(seen(1, eventID=wrong_id, errorDeclaration=declaration))
    events = events_of(reader.get(f"{EVENTS}/{quote(wrong_id, safe='')}"))
    assert ids(events) == [right_id, wrong_id, wrong_id]
    assert ["errorDeclaration" in event for event in events] == [False, False, True]
    assert ids(events_of(reader.get(f"{EVENTS}/{wrong_id}"))) == ids(events), "also with a bare question mark"
    assert ids(events_of(reader.get(f"{EVENTS}/{quote(right_id, safe='')}"))) == [right_id]


def test_values_and_their_events(reader: FlaskClient) -> None:
    place = "https://id.gs1.org/414/9521000000018/254/7"
    (event_id,) = record(
        seen(1, bizStep="https://steps.example/washing", disposition="in_transit", readPoint={"id": place})
    )
    members = reader.get(f"{ROOT}/bizSteps?perPage=1000").json["member"]
    assert "shipping" in members
    assert members[-1] == "https://steps.example/washing"
    assert reader.get(f"{ROOT}/readPoints").json["member"] == [place]
    assert reader.get(f"{ROOT}/bizLocations").json["member"] == []
    assert reader.get(f"{ROOT}/epcs").json["member"] == [OURS]
    assert reader.get(f"{ROOT}/epcs", headers={"GS1-EPC-Format": "Always_EPC_URN"}).json["member"] == [f"{OUR_URN}1"]
    for path in (
        f"readPoints/{quote(place, safe='')}", "readPoints/urn:epc:id:sgln:9521000.00001.7", f"epcs/{URN}",
        f"epcs/{OURS}", "bizSteps/https://steps.example/washing", "dispositions/urn:epcglobal:cbv:disp:in_transit",
        "eventTypes/ObjectEvent",
    ):  # fmt: skip
        assert reader.get(f"{ROOT}/{path}").json["member"] == ["events"]
        assert ids(events_of(reader.get(f"{ROOT}/{path}/events"))) == [event_id]
    assert events_of(reader.get(f"{ROOT}/dispositions/in_transit/events?EQ_disposition=damaged")) == []


def test_values_come_in_pages(reader: FlaskClient) -> None:
    record(*(seen(number) for number in range(1, 12)))
    listed: list[str] = []
    following: str | None = f"{ROOT}/epcs?perPage=4"
    while following:
        answer = reader.get(following)
        listed += answer.json["member"]
        link = answer.headers.get("Link")
        following = link[1 : link.index(">")] if link else None
    assert listed == sorted(listed)
    assert len(set(listed)) == 11
