"""Named queries over HTTP: kept as given, their owner's alone, run through the journal's own query."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.accounts import RoleName
from core.db import db
from tests.factories import make_user, sign_in
from tests.traceability.farm import make_farm
from tests.traceability.subscriptions.conftest import Api

QUERY = {"eventType": ["ObjectEvent"], "EQ_bizStep": ["commissioning"]}
Making = Callable[..., Api]


def problem_type(answer: TestResponse) -> str:
    assert answer.mimetype == "application/problem+json"
    return str(answer.json["type"]).removeprefix("epcisException:")


def test_a_query_is_kept_as_given_and_found_under_its_name(api: Making) -> None:
    ask = api(make_farm())
    made = ask("POST", "", {"name": "Thu hoạch", "query": QUERY})
    assert made.status_code == 201
    assert made.headers["Location"] == f"/epcis/v2/queries/{quote('Thu hoạch')}"
    assert made.headers["GS1-EPCIS-Version"] == "2.0.0"
    assert ask("GET", "/Thu hoạch").json == {"name": "Thu hoạch", "query": QUERY}
    assert ask("GET", "").json == [{"name": "Thu hoạch", "query": QUERY}]


def test_its_events_are_those_of_the_query(api: Making) -> None:
    farm = make_farm()
    lot = farm.harvest(lot_number="L-1")
    ask = api(farm)
    ask(
        "POST",
        "",
        {
            "name": "harvests",
            "query": {**QUERY, "MATCH_anyEPCClass": [f"https://id.gs1.org/01/{farm.product.gtin}/10/L-1"]},
        },
    )
    answer = ask("GET", "/harvests/events")
    assert answer.status_code == 200
    results = answer.json["epcisBody"]["queryResults"]
    assert results["queryName"] == "harvests"
    assert len(results["resultsBody"]["eventList"]) == 1
    assert lot.lot_number in answer.text


def test_its_events_come_in_pages(api: Making) -> None:
    farm = make_farm()
    for number in range(3):
        farm.harvest(lot_number=f"P-{number}")
    ask = api(farm)
    lots = [f"https://id.gs1.org/01/{farm.product.gtin}/10/P-{number}" for number in range(3)]
    ask("POST", "", {"name": "mine", "query": {"MATCH_anyEPCClass": lots, "EQ_bizStep": ["commissioning"]}})
    first = ask("GET", "/mine/events?perPage=2")
    assert len(first.json["epcisBody"]["queryResults"]["resultsBody"]["eventList"]) == 2
    address = first.headers["Link"].split(">")[0].removeprefix("<")
    second = ask("GET", "/mine/events?" + address.split("?")[1])
    assert len(second.json["epcisBody"]["queryResults"]["resultsBody"]["eventList"]) == 1
    assert "Link" not in second.headers


def test_a_name_is_taken_once_for_each_owner(api: Making) -> None:
    ask, other = api(make_farm()), api(make_farm())
    assert ask("POST", "", {"name": "same", "query": QUERY}).status_code == 201
    again = ask("POST", "", {"name": "same", "query": {}})
    assert (again.status_code, problem_type(again)) == (409, "ResourceAlreadyExistsException")
    assert ask("GET", "/same").json["query"] == QUERY
    assert other("POST", "", {"name": "same", "query": {}}).status_code == 201
    assert other("GET", "/same").json["query"] == {}


def test_the_tokens_of_a_producer_share_its_queries(api: Making) -> None:
    farm = make_farm()
    api(farm)("POST", "", {"name": "shared", "query": QUERY})
    assert api(farm)("GET", "/shared").status_code == 200


def test_a_deleted_query_is_gone_with_its_subscriptions(api: Making) -> None:
    ask = api(make_farm())
    ask("POST", "", {"name": "q", "query": QUERY})
    made = ask("POST", "/q/subscriptions", {"dest": "https://partner.example.com/", "stream": True})
    assert ask("DELETE", "/q").status_code == 204
    for path in ("/q", "/q/events", "/q/subscriptions", f"/q/subscriptions/{made.json['subscriptionID']}"):
        gone = ask("GET", path)
        assert (gone.status_code, problem_type(gone)) == (404, "NoSuchNameException")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_others_queries_answer_like_none(api: Making, method: str) -> None:
    ask, other = api(make_farm()), api(make_farm())
    ask("POST", "", {"name": "secret", "query": QUERY})
    foreign, missing = other(method, "/secret"), other(method, "/missing")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.data == missing.data
    assert other("GET", "").json == []
    assert other("GET", "/secret/events").status_code == 404


def test_the_list_comes_in_pages(api: Making) -> None:
    ask = api(make_farm())
    for number in range(5):
        ask("POST", "", {"name": f"q{number}", "query": {}})
    first = ask("GET", "?perPage=3")
    assert [query["name"] for query in first.json] == ["q0", "q1", "q2"]
    query_string = first.headers["Link"].split(">")[0].split("?")[1]
    second = ask("GET", f"?{query_string}")
    assert [query["name"] for query in second.json] == ["q3", "q4"]
    assert "Link" not in second.headers


@pytest.mark.parametrize(
    "body",
    [
        [],
        "text",
        {},
        {"name": "q"},
        {"query": {}},
        {"name": "q", "query": {}, "owner": "me"},
        {"name": 5, "query": {}},
        {"name": "", "query": {}},
        {"name": "a/b", "query": {}},
        {"name": "..", "query": {}},
        {"name": " q", "query": {}},
        {"name": "q ", "query": {}},
        {"name": "q\n", "query": {}},
        {"name": "q\u0000", "query": {}},
        {"name": "x" * 101, "query": {}},
        {"name": "q", "query": []},
        {"name": "q", "query": "EQ_bizStep"},
        {"name": "q", "query": {"EQ_nonsense": ["x"]}},
        {"name": "q", "query": {"eventType": {"a": 1}}},
        {"name": "q", "query": {"GE_eventTime": "yesterday"}},
        {"name": "q", "query": {"maxEventCount": 0}},
        {"name": "q", "query": {"eventCountLimit": 5, "maxEventCount": 5, "orderBy": "eventTime"}},
    ],
)
def test_what_is_no_named_query_is_a_problem(api: Making, body: object) -> None:
    ask = api(make_farm())
    answer = ask("POST", "", body)
    assert answer.status_code == 400
    assert problem_type(answer) in ("ValidationException", "QueryParameterException")
    assert ask("GET", "").json == []


def test_the_problem_names_the_parameter(api: Making) -> None:
    answer = api(make_farm())("POST", "", {"name": "q", "query": {"EQ_nonsense": ["x"]}})
    assert problem_type(answer) == "QueryParameterException"
    assert "EQ_nonsense" in answer.json["detail"]


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b'{"name": "q", "query": {', "application/json", 400),
        (b'{"name": "q", "name": "r", "query": {}}', "application/json", 400),
        (b'{"name": "q", "query": {"a": NaN}}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 10_000, "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"{}" + b" " * 300_000, "application/json", 413),
    ],
)
def test_bodies_that_cannot_be_read_are_problems(
    api: Making, client: FlaskClient, data: bytes, content_type: str, status: int
) -> None:
    headers = api(make_farm()).headers
    answer = client.post("/epcis/v2/queries", data=data, content_type=content_type, headers=headers)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("arguments", "exception"),
    [
        ("stream=true", "SubscriptionControlsException"),
        ("minute=5&hour=1", "SubscriptionControlsException"),
        ("EQ_bizStep=shipping", "QueryParameterException"),
        ("perPage=0", "QueryParameterException"),
        ("perPage=x", "QueryParameterException"),
        ("nextPageToken=nonsense", "QueryParameterException"),
    ],
)
def test_results_take_no_parameters_but_paging(api: Making, arguments: str, exception: str) -> None:
    ask = api(make_farm())
    ask("POST", "", {"name": "q", "query": {}})
    answer = ask("GET", f"/q/events?{arguments}")
    assert (answer.status_code, problem_type(answer)) == (400, exception)


@pytest.mark.parametrize("predefined", ["SimpleEventQuery", "SimpleMasterDataQuery"])
def test_the_names_of_the_standard_are_taken(api: Making, predefined: str) -> None:
    assert api(make_farm())("POST", "", {"name": predefined, "query": {}}).status_code == 409


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("", "OPTIONS, GET, POST"),
        ("/any", "OPTIONS, GET, DELETE"),
        ("/any/events", "OPTIONS, GET"),
        ("/any/subscriptions", "OPTIONS, GET, POST"),
        ("/any/subscriptions/any", "OPTIONS, GET, DELETE"),
    ],
)
def test_options_tell_methods_and_versions(client: FlaskClient, path: str, allowed: str) -> None:
    answer = client.options(f"/epcis/v2/queries{path}")
    assert answer.status_code == 204
    assert answer.headers["Allow"] == allowed
    assert answer.headers["GS1-EPCIS-Max"] == "2.0.0"


def test_without_a_token_there_is_nothing(api: Making) -> None:
    ask = api(None)
    for method, path in (("GET", ""), ("POST", ""), ("GET", "/q"), ("DELETE", "/q"), ("GET", "/q/events")):
        answer = ask(method, path, {} if method == "POST" else None)
        assert (answer.status_code, problem_type(answer)) == (401, "SecurityException")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_for_capture_alone_is_refused(api: Making) -> None:
    answer = api(make_farm(), "capture")("GET", "")
    assert (answer.status_code, problem_type(answer)) == (403, "SecurityException")


@pytest.mark.parametrize("role", [RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR])
def test_officers_see_everybodys_queries(api: Making, client: FlaskClient, role: RoleName) -> None:
    api(make_farm())("POST", "", {"name": "of a farm", "query": QUERY})
    sign_in(client, make_user(role))
    db.session.commit()
    assert [query["name"] for query in client.get("/epcis/v2/queries").json] == ["of a farm"]
    assert client.get("/epcis/v2/queries/of a farm").status_code == 200


@pytest.mark.parametrize(
    "role", [role for role in RoleName if role not in (RoleName.PROVINCE_OFFICER, RoleName.ADMINISTRATOR)]
)
def test_other_roles_see_their_own_only(api: Making, client: FlaskClient, role: RoleName) -> None:
    api(make_farm())("POST", "", {"name": "of a farm", "query": QUERY})
    sign_in(client, make_user(role))
    db.session.commit()
    assert client.get("/epcis/v2/queries").json == []
    assert client.get("/epcis/v2/queries/of a farm").status_code == 404


def test_a_session_alone_writes_nothing(client: FlaskClient) -> None:
    make_farm().signed_in(client)
    assert client.post("/epcis/v2/queries", json={"name": "q", "query": {}}).status_code == 401
