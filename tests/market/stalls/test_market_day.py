"""The manager's page: every stall of the market, what it took, and the sum."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from core.accounts import RoleName, User
from core.db import db, utc_now
from market.stalls.models import MarketManager
from market.stalls.queries import market_day_of
from market.stalls.rules import day_bounds, market_day
from tests.factories import make_market, make_stall, make_user
from tests.market.stalls.conftest import Place, make_sale

Browsers = Callable[[User], FlaskClient]


def test_all_stalls_are_listed_by_number_with_sum_and_count(place: Place, browser_of: Browsers) -> None:
    make_stall(place.market, number="A2")
    idle = make_stall(place.market, number="B1", name="Quầy nghỉ (mẫu)")
    for amount in (50_000, 165_000):
        make_sale(place.stall, amount_vnd=amount)
    make_sale(place.stall, amount_vnd=70_000, paid=False)
    make_sale(make_stall(), amount_vnd=999_000)  # another market's
    db.session.commit()
    day = market_day_of(place.market.id, market_day(utc_now()))
    assert [line.stall.number for line in day.lines] == ["A2", "A12", "B1"]
    assert [(line.takings.amount_vnd, line.takings.count) for line in day.lines] == [(0, 0), (215_000, 2), (0, 0)]
    assert (day.total.amount_vnd, day.total.count, day.selling) == (215_000, 2, 1)
    page = browser_of(place.manager).get(f"/markets/{place.market.slug}/today").text
    assert "215.000" in page
    assert idle.name in page
    assert "999.000" not in page


def test_a_sale_counts_for_the_day_on_the_markets_clocks(place: Place, browser_of: Browsers) -> None:
    today = market_day(utc_now())
    begin, end = day_bounds(today)
    for moment, amount in ((begin, 1), (end - timedelta(microseconds=1), 2), (end, 4), (begin - timedelta(1), 8)):
        make_sale(place.stall, amount_vnd=amount * 10_000).paid_at = moment
    db.session.commit()
    assert market_day_of(place.market.id, today).total.amount_vnd == 30_000
    assert market_day_of(place.market.id, today + timedelta(1)).total.amount_vnd == 40_000
    yesterday = (today - timedelta(1)).isoformat()
    page = browser_of(place.manager).get(f"/markets/{place.market.slug}/today?day={yesterday}").text
    assert "80.000" in page
    assert "30.000" not in page


def test_the_sums_are_those_of_the_sales(place: Place) -> None:
    stalls = [place.stall, *(make_stall(place.market) for _ in range(4))]
    amounts = [(stall, 10_000 + 1_000 * index) for index, stall in enumerate(stalls * 3)]
    for stall, amount in amounts:
        make_sale(stall, amount_vnd=amount)
    day = market_day_of(place.market.id, market_day(utc_now()))
    assert day.total.amount_vnd == sum(amount for _stall, amount in amounts)
    assert {line.stall.id: line.takings.amount_vnd for line in day.lines} == {
        stall.id: sum(amount for other, amount in amounts if other is stall) for stall in stalls
    }


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "1999-12-31", "9999-12-31", "<b>", "0001-01-01"])
def test_a_day_that_is_none_is_refused_with_its_field(place: Place, browser_of: Browsers, day: str) -> None:
    answer = browser_of(place.manager).get(f"/markets/{place.market.slug}/today", query_string={"day": day})
    assert answer.status_code == 422
    assert 'href="#day"' in answer.text


def test_the_number_of_queries_does_not_grow_with_the_market(
    place: Place, browser_of: Browsers, count_queries: Callable[[], object]
) -> None:
    browser = browser_of(place.manager)
    path = f"/markets/{place.market.slug}/today"

    def statements() -> int:
        db.session.commit()
        db.session.expire_all()
        with count_queries() as seen:
            assert browser.get(path).status_code == 200
        return len(seen)

    few = statements()
    for _ in range(30):
        make_sale(make_stall(place.market))
    assert statements() == few


def test_a_manager_of_one_market_goes_straight_to_it_and_of_two_chooses(place: Place, browser_of: Browsers) -> None:
    browser = browser_of(place.manager)
    assert browser.get("/markets").headers["Location"] == f"/markets/{place.market.slug}/today"
    second = make_market()
    db.session.add(MarketManager(market_id=second.id, user_id=place.manager.id))
    db.session.commit()
    page = browser.get("/markets").text
    assert set(re.findall(r'href="(/markets/[^"]+/today)"', page)) == {
        f"/markets/{market.slug}/today" for market in (place.market, second)
    }
    nobody = browser_of(make_user(RoleName.MARKET_MANAGER)).get("/markets")
    assert nobody.status_code == 200
    assert "/today" not in nobody.text
