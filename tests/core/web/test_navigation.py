"""The places that the header offers."""

from flask import Flask

from core.accounts import RoleName
from core.web.navigation import navigation_for
from tests.factories import make_user
from tests.support.refunding import actor_of


def test_a_producer_finds_the_farm_before_all_other_places(app: Flask) -> None:
    with app.test_request_context("/"):
        places = [link.url for link in navigation_for(actor_of(make_user(RoleName.PRODUCER_MEMBER)))]
    assert places[0] == "/farm"
    assert len(places) > 5 and places[-1] == "/search"
