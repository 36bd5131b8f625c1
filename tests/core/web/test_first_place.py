"""Where people land after signing in."""

import pytest
from flask.testing import FlaskClient

from core.accounts import RoleName
from tests.factories import make_user
from tests.factories.people import PASSWORD

PLACES = {
    RoleName.CONSUMER: "/",
    RoleName.PRODUCER_MEMBER: "/farm",
    RoleName.STALL_HOLDER: "/stalls",
    RoleName.MARKET_MANAGER: "/markets",
    RoleName.PROVINCE_OFFICER: "/payments/review",
    RoleName.INSPECTOR: "/inspections",
    RoleName.ADMINISTRATOR: "/payments/review",
}


@pytest.mark.parametrize(("role", "place"), [(role, PLACES[role]) for role in RoleName])
def test_signing_in_leads_to_where_one_works(client: FlaskClient, role: RoleName, place: str) -> None:
    user = make_user(role)
    there = client.post("/sign-in", data={"email": user.email, "password": PASSWORD}, follow_redirects=True)
    assert (there.status_code, there.request.path) == (200, place)


@pytest.mark.parametrize("role", list(RoleName))
def test_who_was_on_the_way_somewhere_goes_on_there(client: FlaskClient, role: RoleName) -> None:
    user = make_user(role)
    signed_in = client.post("/sign-in?next=/checkout", data={"email": user.email, "password": PASSWORD})
    assert signed_in.location.endswith("/checkout")


def test_strangers_begin_at_the_front_page(client: FlaskClient) -> None:
    assert client.get("/start").location == "/"
