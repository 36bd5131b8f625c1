"""Who gets to a farmer's pages of lots: the members of the producer, and nobody else with any hint."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.accounts import RoleName
from core.db import new_id
from tests.factories import make_user, sign_in
from tests.traceability.farm import make_farm

PAGES = ["", "/qr.svg", "/qr.png", "/label.pdf"]
OTHER_ROLES = [role for role in RoleName if role is not RoleName.PRODUCER_MEMBER]


@pytest.mark.parametrize("page", ["/farm/lots", "/farm/lots/new", "/farm/plots/new"])
def test_a_visitor_is_asked_to_sign_in(client: FlaskClient, page: str) -> None:
    response = client.get(page)
    assert response.status_code == 303
    assert "/sign-in" in response.headers["Location"]


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_learns_nothing_of_a_lot(client: FlaskClient, page: str) -> None:
    lot = make_farm().harvest()
    there, missing = client.get(f"/farm/lots/{lot.id}{page}"), client.get(f"/farm/lots/{new_id()}{page}")
    assert there.status_code == missing.status_code == 303


@pytest.mark.parametrize("page", PAGES)
def test_another_farmer_gets_the_same_answer_as_for_nothing(client: FlaskClient, page: str) -> None:
    lot = make_farm().harvest()
    make_farm().signed_in(client)
    there, missing = client.get(f"/farm/lots/{lot.id}{page}"), client.get(f"/farm/lots/{new_id()}{page}")
    assert there.status_code == missing.status_code == 404
    assert there.text == missing.text


@pytest.mark.parametrize("role", OTHER_ROLES)
def test_other_roles_find_no_farm(client: FlaskClient, role: RoleName) -> None:
    lot = make_farm().harvest()
    sign_in(client, make_user(role))
    for address in ("/farm/lots", "/farm/lots/new", "/farm/plots/new", f"/farm/lots/{lot.id}"):
        assert client.get(address).status_code == 404


def test_a_farmer_sees_own_lots_only(client: FlaskClient) -> None:
    farm, other = make_farm(), make_farm()
    lot, foreign = farm.harvest(lot_number="MINE-1"), other.harvest(lot_number="OTHER-1")
    page = farm.signed_in(client).get("/farm/lots")
    assert lot.lot_number in page.text
    assert foreign.lot_number not in page.text


def test_without_lots_the_page_says_what_to_do(client: FlaskClient) -> None:
    page = make_farm().signed_in(client).get("/farm/lots")
    assert page.status_code == 200
    assert "/farm/lots/new" in page.text


def test_the_list_is_paged_and_costs_the_same_however_long(
    client: FlaskClient, count_queries: Callable[[], Any]
) -> None:
    farm = make_farm()
    farm.harvest()
    farm.signed_in(client)
    client.get("/farm/lots")
    with count_queries() as few:
        client.get("/farm/lots")
    for _number in range(24):
        farm.harvest()
    with count_queries() as many:
        page = client.get("/farm/lots")
    assert len(few) == len(many)
    assert "page=2" in page.text
    assert client.get("/farm/lots?page=2").status_code == 200
