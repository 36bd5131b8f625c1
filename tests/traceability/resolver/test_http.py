"""What every answer of the resolver has: the same for HEAD as for GET, open to other sites, with a validator."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import jsonschema
import pytest
from flask.testing import FlaskClient

from tests.traceability.farm import make_farm
from tests.traceability.resolver.asking import BROWSER, LINKSET, address, make_link

PRIMARY_KEYS = (
    "all 01 8006 8013 8010 410 411 412 413 414 415 417 8017 8018 255 00 253 401 402 8003 8004"  # as the schema has them
)
DESCRIPTION_SCHEMA = {
    "type": "object",
    "required": ["resolverRoot", "supportedPrimaryKeys"],
    "properties": {
        "name": {"type": "string"},
        "resolverRoot": {"type": "string", "pattern": "^https?://[^/?#]+$"},
        "supportedPrimaryKeys": {"type": "array", "items": {"enum": PRIMARY_KEYS.split()}},
        "supportedLinkType": {
            "type": "array",
            "items": {
                "properties": {
                    "namespace": {"type": "string", "pattern": "^https://"},
                    "prefix": {"type": "string", "pattern": "^[a-zA-Z_][A-Za-z0-9_-]*?:$"},
                }
            },
        },
        "linkTypeDefaultCanBeLinkset": {"type": "boolean"},
        "supportedContextValuesEnumerated": {"type": "array", "items": {"type": "string"}},
        "supportedContextValuesExternal": {
            "type": "array",
            "items": {"properties": {"nameOfList": {"type": "string"}, "url": {"type": "string"}}},
        },
        "jsonLdContextLocation": {"type": "string", "pattern": "^https://"},
    },
}


def every_kind_of_answer() -> list[tuple[str, dict[str, str]]]:
    """Addresses and headers that get a page, a linkset, a redirection, several links, and each problem."""
    farm = make_farm()
    lot = address("01", farm.product.gtin, ai_10=farm.harvest().lot_number)
    product = address("01", farm.product.gtin)
    for number in (1, 2):
        make_link(farm, link_type="faqs", href=f"https://x.example.com/{number}")
    return [
        (lot, BROWSER),
        (lot, {}),
        (f"/trace{lot}", BROWSER),
        (product, {}),
        (product, LINKSET),
        (lot + "?linkType=linkset", BROWSER),
        (product + "?linkType=gs1:faqs", {}),
        (product + "?linkType=gs1:faqs", BROWSER),
        (product + "?linkType=gs1:menuInfo", {}),
        ("/01/09521000000019", BROWSER),
        ("/01/09521999999997", {}),
        (address("414", farm.plot.gln), {}),
        ("/.well-known/gs1resolver", {}),
    ]


def test_head_has_the_headers_of_get_and_no_body(client: FlaskClient) -> None:
    for path, headers in every_kind_of_answer():
        get, head = client.get(path, headers=headers), client.head(path, headers=headers)
        assert head.data == b""
        assert head.status_code == get.status_code
        differing = {"Date", "X-Request-Id"}
        kept = [{(k, v) for k, v in answer.headers if k not in differing} for answer in (get, head)]
        assert kept[0] == kept[1], path


def test_every_answer_is_open_to_other_sites_and_says_how_long_it_holds(client: FlaskClient) -> None:
    for path, headers in every_kind_of_answer():
        response = client.get(path, headers={**headers, "Origin": "https://other.example.com"})
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert {"GET", "HEAD", "OPTIONS"} <= set(response.headers["Access-Control-Allow-Methods"].split(", "))
        assert "Link" in response.headers["Access-Control-Expose-Headers"]
        assert response.headers["ETag"], path
        assert "max-age" in response.headers["Cache-Control"]
        assert "Set-Cookie" not in response.headers
        assert "Accept" in response.headers["Vary"]


def test_what_is_known_already_is_not_sent_again_and_problems_always_are(client: FlaskClient) -> None:
    for path, headers in every_kind_of_answer():
        first = client.get(path, headers=headers)
        again = client.get(path, headers={**headers, "If-None-Match": first.headers["ETag"]})
        assert again.status_code == (304 if first.status_code == 200 else first.status_code), path


def test_a_link_that_changes_has_another_validator(client: FlaskClient) -> None:
    farm = make_farm()
    path = address("01", farm.product.gtin)
    before = [client.get(path, headers=headers).headers["ETag"] for headers in ({}, LINKSET)]
    make_link(farm, is_default=True)
    after = [client.get(path, headers=headers).headers["ETag"] for headers in ({}, LINKSET)]
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_options_names_the_methods(client: FlaskClient) -> None:
    for path in ("/01/09521999999997", "/00/1", "/.well-known/gs1resolver"):
        response = client.options(
            path, headers={"Origin": "https://other.example.com", "Access-Control-Request-Method": "GET"}
        )
        assert response.status_code == 200
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert {"GET", "HEAD", "OPTIONS"} <= response.allow
        assert "Accept" in response.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_can_be_written_here(client: FlaskClient, method: str) -> None:
    assert getattr(client, method)("/01/09521999999997").status_code == 405


def test_a_slash_at_the_end_changes_nothing(client: FlaskClient) -> None:
    farm = make_farm()
    make_link(farm, "8003", "09521000000018A")
    for path in (address("01", farm.product.gtin), address("417", farm.producer.gln), "/8003/09521000000018A"):
        plain, slashed = client.get(path), client.get(path + "/")
        assert plain.status_code == slashed.status_code
        assert plain.headers["Location"] == slashed.headers["Location"]


def test_the_resolver_describes_itself(client: FlaskClient) -> None:
    response = client.get("/.well-known/gs1resolver")
    assert (response.status_code, response.mimetype) == (200, "application/json")
    description = response.get_json()
    jsonschema.validate(description, DESCRIPTION_SCHEMA)
    assert description["resolverRoot"] == "http://localhost:8000"
    assert {"namespace": "https://ref.gs1.org/voc/", "prefix": "gs1:"} in description["supportedLinkType"]
    assert "gs1:pip" in description["activeLinkTypes"]["vi"]


@pytest.mark.parametrize("asked", ["", "?linkType=linkset", "?linkType=gs1:recipeInfo", "?linkType=gs1:faqs"])
@pytest.mark.parametrize("links", [1, 12])
def test_one_question_to_the_database_however_many_links(
    client: FlaskClient, count_queries: Callable[[], AbstractContextManager[list[str]]], asked: str, links: int
) -> None:
    farm = make_farm()
    lot = address("01", farm.product.gtin, ai_10=farm.harvest().lot_number)
    for number in range(links):
        make_link(farm, href=f"https://x.example.com/{number}")
    for headers in ({}, BROWSER):
        for path in (lot, address("01", farm.product.gtin), address("414", farm.plot.gln)):
            with count_queries() as statements:
                client.get(path + asked, headers=headers)
            assert len(statements) == 1, (path, statements)
