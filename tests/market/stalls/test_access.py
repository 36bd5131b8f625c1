"""Who sees which stall and market. What is not yours answers like what does not exist."""

import uuid
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from core.accounts import RoleName, User
from core.db import db
from market.stalls.models import MarketManager
from tests.factories import make_market, make_stall, make_user
from tests.market.stalls.conftest import Place, make_sale

Browsers = Callable[[User], FlaskClient]
STALL_PATHS = ["", "/events", "/placard.svg", "/placard.pdf"]
OTHERS = [role for role in RoleName if role is not RoleName.ADMINISTRATOR]


@pytest.mark.parametrize("path", STALL_PATHS)
def test_holder_manager_and_administrator_open_what_belongs_to_a_stall(
    place: Place, browser_of: Browsers, path: str
) -> None:
    for user in (place.holder, place.manager, make_user(RoleName.ADMINISTRATOR)):
        answer = browser_of(user).get(f"/stalls/{place.stall.id}{path}")
        assert answer.status_code == 200
        answer.close()


@pytest.mark.parametrize("path", STALL_PATHS)
@pytest.mark.parametrize("role", OTHERS)
def test_for_others_of_any_role_a_stall_is_not_there(
    place: Place, browser_of: Browsers, path: str, role: RoleName
) -> None:
    user = make_user(role)
    other_market = make_market()
    make_stall(other_market, user if role is RoleName.STALL_HOLDER else None)
    if role is RoleName.MARKET_MANAGER:
        db.session.add(MarketManager(market_id=other_market.id, user_id=user.id))
        db.session.commit()
    browser = browser_of(user)
    theirs = browser.get(f"/stalls/{place.stall.id}{path}")
    missing = browser.get(f"/stalls/{uuid.uuid4()}{path}")
    assert theirs.status_code == missing.status_code == 404
    assert without_ids(theirs.text) == without_ids(missing.text)


def without_ids(page: str) -> str:
    """The page without what differs between any two answers: the request's id and the address itself."""
    lines = [line for line in page.splitlines() if 'name="next"' not in line and 'name="csrf_token"' not in line]
    return "\n".join(line for line in lines if "request" not in line.lower() and "<code" not in line)


def test_a_holder_whose_role_was_taken_away_sees_nothing(place: Place, browser_of: Browsers) -> None:
    place.holder.roles = []
    db.session.commit()
    assert browser_of(place.holder).get(f"/stalls/{place.stall.id}").status_code == 404


def test_a_managers_row_without_the_role_opens_nothing(place: Place, browser_of: Browsers) -> None:
    user = make_user(RoleName.STALL_HOLDER)
    db.session.add(MarketManager(market_id=place.market.id, user_id=user.id))
    db.session.commit()
    browser = browser_of(user)
    assert browser.get(f"/stalls/{place.stall.id}").status_code == 404
    assert browser.get(f"/markets/{place.market.slug}/today").status_code == 404


def test_the_markets_day_is_for_its_managers_and_administrators(place: Place, browser_of: Browsers) -> None:
    path = f"/markets/{place.market.slug}/today"
    for user in (place.manager, make_user(RoleName.ADMINISTRATOR)):
        assert browser_of(user).get(path).status_code == 200
    elsewhere = make_user(RoleName.MARKET_MANAGER)
    db.session.add(MarketManager(market_id=make_market().id, user_id=elsewhere.id))
    db.session.commit()
    for user in (place.holder, elsewhere, make_user(RoleName.CONSUMER), make_user(RoleName.PROVINCE_OFFICER)):
        browser = browser_of(user)
        theirs, missing = browser.get(path), browser.get("/markets/cho-khong-co/today")
        assert theirs.status_code == missing.status_code == 404
        assert without_ids(theirs.text) == without_ids(missing.text)


def test_a_visitor_without_an_account_is_asked_to_sign_in_whatever_the_address(
    client: FlaskClient, place: Place
) -> None:
    for path in (f"/stalls/{place.stall.id}", f"/stalls/{uuid.uuid4()}", "/stalls", "/markets", "/markets/x/today"):
        answer = client.get(path)
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/sign-in")


def test_my_stalls_are_mine_alone(place: Place, browser_of: Browsers) -> None:
    foreign = make_stall(place.market, name="Quầy của người khác (mẫu)")
    make_sale(place.stall, amount_vnd=215_000)
    make_sale(foreign, amount_vnd=999_000)
    db.session.commit()
    page = browser_of(place.holder).get("/stalls").text
    assert "Quầy cam (mẫu)" in page
    assert "215.000" in page
    assert foreign.name not in page
    assert "999.000" not in page
    empty = browser_of(make_user(RoleName.CONSUMER)).get("/stalls")
    assert empty.status_code == 200
    assert "Quầy cam (mẫu)" not in empty.text


def test_places_in_the_menu_follow_the_role(place: Place, browser_of: Browsers) -> None:
    assert 'href="/stalls"><' in browser_of(place.holder).get("/stalls").text.replace(' aria-current="page"', "")
    assert 'href="/markets"' not in browser_of(place.holder).get("/stalls").text
    assert 'href="/markets"' in browser_of(place.manager).get(f"/markets/{place.market.slug}/today").text
