"""Events in the journal, and an administrator who reads all of them, for tests of queries."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from core.accounts import RoleName
from core.db import utc_now
from tests.factories import make_user, sign_in
from tests.traceability.farm import actor_of
from traceability.epcis.contexts import EPCIS_CONTEXT
from traceability.journal.parties import party_of
from traceability.journal.preparing import Surroundings, prepare_event
from traceability.journal.storing import store_events

EVENTS = "/epcis/v2/events"
CONTEXT = [EPCIS_CONTEXT, {"ex": "https://ns.example/", "other": "https://other.example/terms#"}]
GTIN = "09521000000018"


def seen(number: int = 1, **values: Any) -> dict[str, Any]:
    """An object event; `number` makes it another one."""
    event: dict[str, Any] = {
        "type": "ObjectEvent",
        "eventTime": f"2026-09-{1 + number % 28:02}T05:{number // 28 % 60:02}:00.000Z",
        "eventTimeZoneOffset": "+07:00",
        "action": "OBSERVE",
        "epcList": [f"https://id.gs1.org/01/{GTIN}/21/{number}"],
        **values,
    }
    return {name: value for name, value in event.items() if value is not None}


def record(*events: Mapping[str, Any], context: object = CONTEXT) -> list[str]:
    """Put `events` into the journal, declared under `context`; their eventIDs."""
    surroundings = Surroundings.of(context)
    prepared = [
        prepare_event(event, raw=json.dumps(event, ensure_ascii=False), now=utc_now(), surroundings=surroundings)
        for event in events
    ]
    stored = store_events(party=party_of(actor_of(make_user(RoleName.ADMINISTRATOR))), events=prepared)
    assert len(stored.ids) == len(events), stored.unstored
    return [event.event_id for event in prepared]


def official_events(folder: Path) -> Iterator[tuple[dict[str, Any], object]]:
    """Every event of the official examples below `folder`, with the context of its document; each event id once."""
    known = set()
    for path in sorted(folder.rglob("*.jsonld")):
        document = json.loads(path.read_text())
        body = document.get("epcisBody", {})
        body = body.get("queryResults", {}).get("resultsBody", body)
        for event in body.get("eventList", ()):
            key = (event.get("eventID"), "errorDeclaration" in event)
            if key not in known:
                known.add(key)
                yield event, document["@context"]


def as_officer(client: FlaskClient) -> FlaskClient:
    """`client`, signed in as somebody who reads everything."""
    sign_in(client, make_user(RoleName.ADMINISTRATOR))
    return client


def events_of(answer: Any) -> list[dict[str, Any]]:
    """The events in an answer that must have been 200."""
    assert answer.status_code == 200, answer.text
    return list(answer.json["epcisBody"]["queryResults"]["resultsBody"]["eventList"])


def found(client: FlaskClient, headers: Mapping[str, str] | None = None, **parameters: Any) -> list[str]:
    """The eventIDs that a query finds, in order."""
    answer = client.get(EVENTS, query_string={"perPage": 1000, **parameters}, headers=headers)
    return [event["eventID"] for event in events_of(answer)]


def pages(client: FlaskClient, address: str) -> Iterator[list[dict[str, Any]]]:
    """The pages of a list, from one `Link` to the next."""
    following: str | None = address
    while following:
        answer = client.get(following)
        yield events_of(answer)
        link = answer.headers.get("Link")
        following = link[1 : link.index(">")] if link else None


def ids(events: Sequence[Mapping[str, Any]]) -> list[str]:
    """The eventIDs of events."""
    return [event["eventID"] for event in events]
