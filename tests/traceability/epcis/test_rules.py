"""Rules beyond the schema: times, words, prefixes, twins."""

import datetime as dt
from typing import Any

import pytest

from tests.traceability.epcis import events as own
from traceability.epcis.contexts import EPCIS_CONTEXT, namespaces
from traceability.epcis.validation import check_context, check_event_rules, moment

NOW = dt.datetime(2026, 9, 10, tzinfo=dt.UTC)


def broken(event: dict[str, Any], context: Any = own.CONTEXT) -> list[str]:
    found = check_event_rules(event, namespaces(context), latest=NOW, pointer="/e")
    return [f"{problem.pointer}: {problem}" for problem in found]


@pytest.mark.parametrize("event", own.FULL_EVENTS, ids=lambda event: event["type"])
def test_good_events_break_no_rule(event: dict[str, Any]) -> None:
    assert broken(event) == []


def test_an_event_from_the_future() -> None:
    assert broken({**own.SIMPLE_EVENT, "eventTime": "2026-09-10T07:00:00+07:00"}) == []
    assert broken({**own.SIMPLE_EVENT, "eventTime": "2026-09-10T00:00:01Z"}) == [
        "/e/eventTime: This time is still to come."
    ]
    declared = {"errorDeclaration": {"declarationTime": "2099-01-01T00:00:00Z"}}
    assert broken({**own.SIMPLE_EVENT, **declared}) == [
        "/e/errorDeclaration/declarationTime: This time is still to come."
    ]


@pytest.mark.parametrize("time", ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00+07:00", "9999-12-31T23:59:59-07:00"])
def test_a_time_that_no_calendar_has(time: str) -> None:
    assert broken({**own.SIMPLE_EVENT, "eventTime": time}) == ["/e/eventTime: There is no such time."]


def test_moments() -> None:
    assert moment("2026-09-01t08:00:00.5+07:00") == dt.datetime(2026, 9, 1, 1, 0, 0, 500_000, tzinfo=dt.UTC)
    assert moment("2026-09-01T08:00:00z") == dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC)
    assert moment("2026-09-01T08:00:00.123456789Z").microsecond == 123456


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"bizStep": "https://ref.gs1.org/cbv/BizStep-dancing"}, "/e/bizStep"),
        ({"disposition": "https://ref.gs1.org/cbv/Disp-happy"}, "/e/disposition"),
        ({"persistentDisposition": {"set": ["https://ref.gs1.org/cbv/Disp-x"]}}, "/e/persistentDisposition/set/0"),
        (
            {"bizTransactionList": [{"type": "https://ref.gs1.org/cbv/BTT-x", "bizTransaction": "urn:a:b"}]},
            "/e/bizTransactionList/0/type",
        ),
        ({"quantityList": [{"epcClass": own.LOT, "quantity": -1}]}, "/e/quantityList/0/quantity"),
        ({"epcList": [own.ITEM, own.ITEM.replace("id.gs1.org", "example.com")]}, "/e/epcList"),
        ({"undeclared:x": 1}, "/e/undeclared:x"),
        ({"example:x": [{"example:y": {"other:z/1": 1}}]}, "/e/example:x/0/example:y/other:z~11"),
    ],
)
def test_what_else_is_refused(changes: dict[str, Any], pointer: str) -> None:
    assert [problem.split(": ")[0] for problem in broken({**own.SIMPLE_EVENT, **changes})] == [pointer]


def test_words_of_the_standard_in_full_are_good() -> None:
    words = {
        "bizStep": "https://ref.gs1.org/cbv/BizStep-shipping",
        "disposition": "https://ref.gs1.org/cbv/Disp-active",
    }
    assert broken({**own.SIMPLE_EVENT, **words}) == []


def test_a_name_that_only_an_unknown_remote_context_could_explain_is_refused() -> None:
    context = [EPCIS_CONTEXT, "https://never.fetched.example/context.jsonld"]
    assert broken(own.SIMPLE_EVENT, context) == []
    assert broken({**own.SIMPLE_EVENT, "acme:x": 1}, context) == ["/e/acme:x: Nothing declares the prefix “acme”."]


def test_colliding_prefixes() -> None:
    assert check_context(own.CONTEXT) == []
    assert check_context([EPCIS_CONTEXT, {"gs1": "https://gs1.org/voc/"}, {"example": "urn:a:"}]) == []
    two = check_context([EPCIS_CONTEXT, {"ex": "https://a.example/"}, {"ex": "https://b.example/"}])
    assert [str(problem) for problem in two] == ["The prefix “ex” has two meanings."]
    standard = check_context({"cbv": "https://elsewhere.example/"}, pointer="/@context")
    assert [(problem.pointer, str(problem)) for problem in standard] == [
        ("/@context", "The prefix “cbv” belongs to the standard.")
    ]
