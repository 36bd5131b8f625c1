"""The stall's screen as it is delivered, before any script runs."""

import re
from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient

from core.accounts import User
from core.db import db
from tests.factories import make_stall
from tests.market.stalls.conftest import Place, make_sale

Browsers = Callable[[User], FlaskClient]


def test_todays_sales_stand_newest_first_with_the_last_one_large(place: Place, browser_of: Browsers) -> None:
    for amount in (50_000, 215_000):
        make_sale(place.stall, amount_vnd=amount, note="2 kg cam")
    make_sale(place.stall, amount_vnd=999_000, paid=False)
    make_sale(place.stall, amount_vnd=888_000).paid_at -= timedelta(days=1)
    db.session.commit()
    page = browser_of(place.holder).get(f"/stalls/{place.stall.id}").text
    assert re.findall(r'<li class="till-sale" data-position="(\d+)"', page) == ["2", "1"]
    assert "hai trăm mười lăm nghìn đồng" in page
    assert "265.000" in page  # the sum of the day
    assert "2 kg cam" in page
    assert "999.000" not in page
    assert "888.000" not in page
    assert 'data-position="3"' in page.split('id="till"')[1][:400]


def test_without_a_script_it_refreshes_itself(place: Place, browser_of: Browsers) -> None:
    page = browser_of(place.holder).get(f"/stalls/{place.stall.id}").text
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page


def test_a_long_day_is_counted_in_full_and_costs_no_more_queries(
    place: Place, browser_of: Browsers, count_queries: Callable[[], object]
) -> None:
    busy = make_stall(place.market, place.holder)
    browser = browser_of(place.holder)

    def statements() -> int:
        db.session.commit()
        db.session.expire_all()
        with count_queries() as seen:
            assert browser.get(f"/stalls/{busy.id}").status_code == 200
        return len(seen)

    few = statements()
    for _ in range(120):
        make_sale(busy, amount_vnd=10_000)
    assert statements() == few
    page = browser.get(f"/stalls/{busy.id}").text
    assert "1.200.000" in page
    assert page.count('<li class="till-sale" data-position="1') >= 1
    assert len(re.findall(r'<li class="till-sale" data-position="\d', page)) == 100
