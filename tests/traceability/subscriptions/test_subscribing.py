"""Subscriptions over HTTP: what is accepted, what is refused and how, and whose they are."""

from collections.abc import Callable
from datetime import datetime

import pytest

from core.db import new_id, utc_now
from tests.traceability.farm import make_farm
from tests.traceability.subscriptions.conftest import Api
from tests.traceability.subscriptions.test_named_queries import problem_type

DEST = "https://partner.example.com/epcis"
Making = Callable[..., Api]


@pytest.fixture
def ask(api: Making) -> Api:
    """The interface of a farm that has a query called `q`."""
    made = api(make_farm())
    assert made("POST", "", {"name": "q", "query": {"EQ_bizStep": ["commissioning"]}}).status_code == 201
    return made


def test_a_stream_is_told_back_without_its_secret(ask: Api) -> None:
    made = ask("POST", "/q/subscriptions", {"dest": DEST, "stream": True, "signatureToken": "13df38d8275b13f0"})
    assert made.status_code == 201
    assert made.headers["Location"].endswith(f"/epcis/v2/queries/q/subscriptions/{made.json['subscriptionID']}")
    assert "13df38d8275b13f0" not in made.text
    assert made.json["stream"] is True
    assert "schedule" not in made.json
    assert made.json["dest"] == DEST
    one = ask("GET", f"/q/subscriptions/{made.json['subscriptionID']}")
    assert one.json == made.json
    assert "13df38d8275b13f0" not in one.text
    assert ask("GET", "/q/subscriptions").json == [made.json]


def test_a_schedule_is_told_back_as_given(ask: Api) -> None:
    schedule = {"hour": "1,[13-15]", "minute": "5"}
    body = {
        "dest": DEST,
        "schedule": schedule,
        "reportIfEmpty": True,
        "initialRecordTime": "2020-04-04T20:33:31.116-06:00",
    }
    made = ask("POST", "/q/subscriptions", body)
    assert made.status_code == 201
    assert made.json["schedule"] == schedule
    assert made.json["reportIfEmpty"] is True
    assert "stream" not in made.json
    assert datetime.fromisoformat(made.json["initialRecordTime"]) == datetime.fromisoformat(body["initialRecordTime"])


def test_the_format_of_identifiers_is_asked_for_when_subscribing(ask: Api) -> None:
    made = ask("POST", "/q/subscriptions", {"dest": DEST, "stream": True}, GS1_EPC_Format="Always_EPC_URN")
    assert made.json["epcFormat"] == "Always_EPC_URN"


def test_a_subscription_ends(ask: Api) -> None:
    path = f"/q/subscriptions/{ask('POST', '/q/subscriptions', {'dest': DEST, 'stream': True}).json['subscriptionID']}"
    assert ask("DELETE", path).status_code == 204
    assert ask("GET", path).status_code == ask("DELETE", path).status_code == 404
    assert ask("GET", "/q/subscriptions").json == []


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ([], None),
        ({"stream": True}, "dest"),
        ({"dest": DEST}, "schedule"),
        ({"dest": DEST, "stream": False}, "stream"),
        ({"dest": DEST, "stream": "true"}, "stream"),
        ({"dest": DEST, "stream": True, "schedule": {"minute": "5"}}, "schedule"),
        ({"dest": DEST, "stream": True, "reportIfEmpty": True}, "reportIfEmpty"),
        ({"dest": DEST, "schedule": {}}, "schedule"),
        ({"dest": DEST, "schedule": "5 1 * * *"}, "schedule"),
        ({"dest": DEST, "schedule": {"minute": "*/5"}}, "schedule.minute"),
        ({"dest": DEST, "schedule": {"minute": 5}}, "schedule.minute"),
        ({"dest": DEST, "schedule": {"minutes": "5"}}, "schedule.minutes"),
        ({"dest": DEST, "schedule": {"month": "2", "dayOfMonth": "[30-31]"}}, "schedule"),
        ({"dest": DEST, "schedule": {"minute": "5"}, "reportIfEmpty": "yes"}, "reportIfEmpty"),
        ({"dest": DEST, "stream": True, "signatureToken": "short"}, "signatureToken"),
        ({"dest": DEST, "stream": True, "signatureToken": "x" * 501}, "signatureToken"),
        ({"dest": DEST, "stream": True, "signatureToken": "line\nbreaks"}, "signatureToken"),
        ({"dest": DEST, "stream": True, "signatureToken": 12345678}, "signatureToken"),
        ({"dest": DEST, "stream": True, "initialRecordTime": "yesterday"}, "initialRecordTime"),
        ({"dest": DEST, "stream": True, "initialRecordTime": "2026-07-01T06:00:00"}, "initialRecordTime"),
        ({"dest": DEST, "stream": True, "initialRecordTime": 5}, "initialRecordTime"),
        ({"dest": DEST, "stream": True, "initialRecordTime": "9999-12-31T23:59:59-14:00"}, "initialRecordTime"),
        ({"dest": DEST, "stream": True, "secret": "13df38d8275b13f0"}, "secret"),
        ({"dest": 5, "stream": True}, "dest"),
        ({"dest": "", "stream": True}, "dest"),
        ({"dest": "partner.example.com", "stream": True}, "dest"),
        ({"dest": "http://partner.example.com/", "stream": True}, "dest"),
        ({"dest": "https://user:password@partner.example.com/", "stream": True}, "dest"),
        ({"dest": "https://127.0.0.1/", "stream": True}, "dest"),
        ({"dest": "https://[::1]/", "stream": True}, "dest"),
        ({"dest": "https://169.254.169.254/latest/meta-data", "stream": True}, "dest"),
        ({"dest": "https://10.0.0.8/", "stream": True}, "dest"),
        ({"dest": "https://2130706433/", "stream": True}, "dest"),
        ({"dest": "https://localhost/", "stream": True}, "dest"),
        ({"dest": "https://partner.example.com:22/", "stream": True}, "dest"),
        ({"dest": "https://partner.example.com/" + "a" * 3000, "stream": True}, "dest"),
    ],
)
def test_controls_that_make_no_sense_are_problems(ask: Api, body: object, member: str | None) -> None:
    answer = ask("POST", "/q/subscriptions", body)
    assert (answer.status_code, problem_type(answer)) == (400, "SubscriptionControlsException")
    if member is not None:
        assert answer.json["detail"].startswith(f"{member}: ")
    assert ask("GET", "/q/subscriptions").json == []


def test_a_name_that_leads_into_a_private_network_is_refused(ask: Api, names: dict[str, list[str]]) -> None:
    names["rebound.example.com"] = ["192.168.1.1"]
    answer = ask("POST", "/q/subscriptions", {"dest": "https://rebound.example.com/", "stream": True})
    assert (answer.status_code, problem_type(answer)) == (400, "SubscriptionControlsException")


@pytest.mark.parametrize("limits", [{"maxEventCount": 5}, {"eventCountLimit": 5, "orderBy": "eventTime"}])
def test_a_query_with_a_limit_cannot_be_subscribed_to(ask: Api, limits: dict[str, object]) -> None:
    assert ask("POST", "", {"name": "limited", "query": limits}).status_code == 201
    answer = ask("POST", "/limited/subscriptions", {"dest": DEST, "stream": True})
    assert (answer.status_code, problem_type(answer)) == (400, "SubscribeNotPermittedException")


def test_others_subscriptions_answer_like_none(api: Making, ask: Api) -> None:
    made = ask("POST", "/q/subscriptions", {"dest": DEST, "stream": True})
    other = api(make_farm())
    other("POST", "", {"name": "q", "query": {}})
    for method in ("GET", "DELETE"):
        foreign = other(method, f"/q/subscriptions/{made.json['subscriptionID']}")
        missing = other(method, f"/q/subscriptions/{new_id()}")
        nonsense = other(method, "/q/subscriptions/nonsense")
        assert foreign.status_code == missing.status_code == nonsense.status_code == 404
        assert foreign.data == missing.data == nonsense.data
    assert other("GET", "/q/subscriptions").json == []
    assert ask("GET", f"/q/subscriptions/{made.json['subscriptionID']}").status_code == 200


def test_a_subscription_is_found_under_its_own_query_only(ask: Api) -> None:
    ask("POST", "", {"name": "r", "query": {}})
    made = ask("POST", "/q/subscriptions", {"dest": DEST, "stream": True})
    assert ask("GET", f"/r/subscriptions/{made.json['subscriptionID']}").status_code == 404


def test_a_token_for_reading_alone_may_not_subscribe(api: Making) -> None:
    farm = make_farm()
    api(farm)("POST", "", {"name": "q", "query": {}})
    answer = api(farm, "read")("POST", "/q/subscriptions", {"dest": DEST, "stream": True})
    assert (answer.status_code, problem_type(answer)) == (403, "SecurityException")


def test_nobody_subscribes_without_a_token(api: Making) -> None:
    for method in ("GET", "POST"):
        answer = api(None)(method, "/q/subscriptions", {} if method == "POST" else None)
        assert (answer.status_code, problem_type(answer)) == (401, "SecurityException")


def test_the_list_comes_in_pages(ask: Api) -> None:
    made = [ask("POST", "/q/subscriptions", {"dest": DEST, "stream": True}).json["subscriptionID"] for _ in range(3)]
    first = ask("GET", "/q/subscriptions?perPage=2")
    second = ask("GET", "/q/subscriptions?" + first.headers["Link"].split(">")[0].split("?")[1])
    assert [one["subscriptionID"] for one in first.json + second.json] == made


def test_times_are_told_in_utc(ask: Api) -> None:
    made = ask("POST", "/q/subscriptions", {"dest": DEST, "stream": True})
    created = datetime.fromisoformat(made.json["createdAt"])
    assert made.json["createdAt"].endswith("Z")
    assert abs((utc_now() - created).total_seconds()) < 60
