"""Where people land after signing in."""

import pytest
from flask.testing import FlaskClient

from core.accounts import RoleName
from tests.factories import make_user
from tests.factories.people import PASSWORD


@pytest.mark.parametrize(
    ("role", "place"), [(RoleName.INSPECTOR, "/inspections"), (RoleName.CONSUMER, "/"), (RoleName.MARKET_MANAGER, "/")]
)
def test_signing_in_leads_to_where_one_works(client: FlaskClient, role: RoleName, place: str) -> None:
    user = make_user(role)
    there = client.post("/sign-in", data={"email": user.email, "password": PASSWORD}, follow_redirects=True)
    assert (there.status_code, there.request.path) == (200, place)


def test_strangers_begin_at_the_front_page(client: FlaskClient) -> None:
    assert client.get("/start").location == "/"
