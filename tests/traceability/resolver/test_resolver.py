"""Where codes lead: right ones to a record, wrong ones to an explanation, unknown ones nowhere."""

import pytest
from flask.testing import FlaskClient

from tests.traceability.farm import Farm, make_farm
from traceability.gs1.errors import Gs1Error
from traceability.resolver.paths import parse_request_path

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SITE = "http://localhost:8000"


def of_lot(farm: Farm) -> tuple[str, str]:
    return farm.product.gtin, farm.harvest().lot_number


def test_a_browser_gets_the_record_at_the_printed_address(client: FlaskClient) -> None:
    gtin, lot = of_lot(make_farm())
    for address in (f"/01/{gtin}/10/{lot}", f"/01/{gtin}/10/{lot}/", f"/01/{gtin}/22/2A/10/{lot}"):
        response = client.get(address, headers=BROWSER)
        assert (response.status_code, response.mimetype) == (200, "text/html")


def test_an_item_falls_back_to_its_lot(client: FlaskClient) -> None:
    gtin, lot = of_lot(make_farm())
    response = client.get(f"/01/{gtin}/10/{lot}/21/SER-42", headers=BROWSER)
    assert response.status_code == 200
    assert "SER-42" in response.text


def test_a_product_leads_to_its_page_with_the_query(client: FlaskClient) -> None:
    farm = make_farm()
    for address in (f"/01/{farm.product.gtin}", f"/01/{farm.product.gtin}/", f"/01/{farm.product.gtin}/21/X"):
        response = client.get(f"{address}?utm=label&lang=en")
        assert response.status_code == 307
        assert response.headers["Location"] == f"{SITE}/products/{farm.product.slug}?utm=label&lang=en"


@pytest.mark.parametrize(
    "address",
    [
        "/01/09521000000019/10/A",  # check digit
        "/01/9521000000018/10/A",  # thirteen digits
        "/01/abc",
        "/01/09521000000018/10/A%20B",  # a space
        "/01/09521000000018/10/" + "x" * 21,
        "/01/09521000000018/21/1/10/A",  # wrong order
        "/01/09521000000018/10",  # nothing after it
        "/01/09521000000018/99/A",
        "/01/09521000000018/10/%C6%AF",
        "/01/09521000000018?10=A",  # a qualifier in the query
        "/01/09521000000018/10/%3Cscript%3E%7C",
    ],
)
@pytest.mark.parametrize("accept", ["text/html", "application/linkset+json"])
def test_a_malformed_code_is_never_answered_with_success(client: FlaskClient, address: str, accept: str) -> None:
    response = client.get(address, headers={"Accept": accept})
    assert response.status_code == 400
    assert "<script>|" not in response.text


def test_the_reason_is_said(client: FlaskClient) -> None:
    assert "09521000000019" in client.get("/01/09521000000019/10/A?lang=en").text


def test_an_unknown_code_is_not_found(client: FlaskClient) -> None:
    farm = make_farm()
    assert client.get("/01/09521999999997").status_code == 404
    assert client.get("/01/09521999999997/10/A").status_code == 404
    assert client.get(f"/01/{farm.product.gtin}/10/NOT-THERE").status_code == 404


def test_a_draft_is_not_shown_by_its_number(client: FlaskClient) -> None:
    farm = make_farm(status="draft")
    assert client.get(f"/01/{farm.product.gtin}").status_code == 404


def test_other_sites_may_ask(client: FlaskClient) -> None:
    gtin, lot = of_lot(make_farm())
    for address in (f"/01/{gtin}/10/{lot}", "/01/09521000000019/10/A"):
        assert client.get(address).headers["Access-Control-Allow-Origin"] == "*"
    options = client.options(f"/01/{gtin}/10/{lot}")
    assert options.status_code == 200
    assert "GET" in options.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize("raw", [True, False])
@pytest.mark.parametrize("lot", ["A/B", "50%", "a+b&c?", "L;1", "'1'"])
def test_signs_in_a_lot_number_survive_the_way(raw: bool, lot: str) -> None:
    from urllib.parse import quote

    encoded = f"/01/09521000000018/10/{quote(lot, safe='')}"
    decoded = f"/01/09521000000018/10/{lot}"
    link = parse_request_path(encoded if raw else None, decoded, "")
    assert link.value("10") == lot


def test_a_wrong_order_stays_wrong_where_the_server_decodes() -> None:
    with pytest.raises(Gs1Error):
        parse_request_path(None, "/01/09521000000018/21/x/10/y", "")


def test_a_lot_with_a_slash_is_found(client: FlaskClient) -> None:
    farm = make_farm()
    farm.harvest(lot_number="A/1")
    assert client.get(f"/01/{farm.product.gtin}/10/A%2F1", headers=BROWSER).status_code == 200
