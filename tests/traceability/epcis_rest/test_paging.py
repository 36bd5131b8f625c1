"""Pages: every event once, in order, while others are being added; one statement a page."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask.testing import FlaskClient

from tests.traceability.epcis_rest.recorded import EVENTS, as_officer, events_of, ids, pages, record, seen
from traceability.journal import page_tokens

ORDERS = ["", "&orderBy=eventTime", "&orderBy=recordTime&orderDirection=ASC", "&orderBy=ex:rank", "&orderBy=ex:name"]


@pytest.fixture
def reader(client: FlaskClient) -> FlaskClient:
    return as_officer(client)


def ranked(number: int) -> dict[str, object]:
    """An event with a rank that others share, and a name; every fourth has neither."""
    extension = {} if number % 4 == 0 else {"ex:rank": number % 3, "ex:name": f"tên {number % 5}"}
    return seen(number, **extension)


@pytest.mark.parametrize("order", ORDERS)
def test_every_event_comes_once_while_others_are_added(reader: FlaskClient, order: str) -> None:
    there = set(record(*(ranked(number) for number in range(20))))
    later = iter(range(100, 200))
    listed: list[str] = []
    for page in pages(reader, f"{EVENTS}?perPage=3{order}"):
        assert len(page) <= 3
        listed += ids(page)
        if len(listed) < 15:
            record(ranked(next(later)))
    assert len(listed) == len(set(listed))
    assert there <= set(listed)


def test_orders(reader: FlaskClient) -> None:
    record(*(ranked(number) for number in range(12)))
    times = [event["eventTime"] for page in pages(reader, f"{EVENTS}?perPage=5&orderBy=eventTime") for event in page]
    assert times == sorted(times, reverse=True)
    ranks = [
        event.get("ex:rank", -1)
        for page in pages(reader, f"{EVENTS}?perPage=5&orderBy=ex:rank&orderDirection=ASC")
        for event in page
    ]
    assert ranks == sorted(ranks)
    assert len(ranks) == 12


def test_a_limit_counts_over_all_pages(reader: FlaskClient) -> None:
    record(*(seen(number) for number in range(12)))
    sizes = [len(page) for page in pages(reader, f"{EVENTS}?perPage=3&orderBy=eventTime&eventCountLimit=7")]
    assert sizes == [3, 3, 1]


def test_the_last_page_has_no_link(reader: FlaskClient) -> None:
    record(*(seen(number) for number in range(6)))
    assert [len(page) for page in pages(reader, f"{EVENTS}?perPage=3")] == [3, 3]
    assert "Link" not in reader.get(EVENTS).headers


def test_a_link_keeps_the_question_and_says_how_long_it_leads_on(reader: FlaskClient) -> None:
    record(*(seen(number, bizStep="shipping") for number in range(3)))
    answer = reader.get(f"{EVENTS}?EQ_bizStep=shipping%7Creceiving&perPage=1")
    assert "EQ_bizStep=shipping%7Creceiving" in answer.headers["Link"]
    assert answer.headers["Link"].endswith('>; rel="next"')
    assert answer.headers["GS1-Next-Page-Token-Expires"].endswith("Z")


def token_of(reader: FlaskClient, question: str) -> str:
    record(*(seen(number, bizStep="shipping") for number in range(3)))
    link = reader.get(f"{EVENTS}?perPage=1{question}").headers["Link"]
    return link.split("nextPageToken=")[1].split(">")[0]


def test_a_token_belongs_to_its_question(reader: FlaskClient) -> None:
    token = token_of(reader, "&EQ_bizStep=shipping")
    assert reader.get(f"{EVENTS}?EQ_bizStep=shipping&nextPageToken={token}").status_code == 200
    other = reader.get(f"{EVENTS}?EQ_bizStep=receiving&nextPageToken={token}")
    assert other.status_code == 400
    assert other.json["detail"].startswith("nextPageToken: ")
    # The last character is left alone: some of its bits do not count, another letter there may be the same token.
    for place in (0, len(token) // 2, len(token) - 2):
        letter = "A" if token[place] != "A" else "B"
        changed = reader.get(f"{EVENTS}?EQ_bizStep=shipping&nextPageToken={token[:place]}{letter}{token[place + 1 :]}")
        assert changed.status_code == 400, f"character {place + 1} of {token} changed"


def test_a_token_leads_nowhere_after_a_day(reader: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    token = token_of(reader, "")
    monkeypatch.setattr(page_tokens, "LIFETIME", page_tokens.LIFETIME * -1)
    assert reader.get(f"{EVENTS}?nextPageToken={token}").status_code == 400


def test_a_token_may_be_given_back(reader: FlaskClient) -> None:
    token = token_of(reader, "")
    assert reader.delete(f"/epcis/v2/nextPageToken/{token}").status_code == 204
    assert reader.delete("/epcis/v2/nextPageToken/guessed").status_code == 404


def test_a_page_holds_at_most_a_thousand(reader: FlaskClient) -> None:
    record(*(seen(number) for number in range(2)))
    assert len(events_of(reader.get(f"{EVENTS}?perPage=999999999"))) == 2


def test_the_public_reads_a_page_with_one_statement(
    client: FlaskClient, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    record(*(seen(number) for number in range(3)))
    client.get(EVENTS)
    with count_queries() as statements:
        assert client.get(f"{EVENTS}?MATCH_anyEPC=urn:epc:id:sgtin:9521000.000001.1").status_code == 200
    assert len(statements) == 1
