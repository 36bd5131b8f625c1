"""Two hundred buyers at once on fifty pieces, over real connections to a real server."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import requests
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from core.config import Settings
from core.db import db
from market.offers.models import Offer
from market.orders.models import Order, OrderStatus
from tests.chaos.buyers import FORM
from tests.factories import make_offer
from tests.market.payments.sandbox.running import Serving
from tests.support.databases import TestDatabases
from tests.support.paying import hold_cart, make_cart, start_live_sandbox, stop_live_sandbox

BUYERS, PIECES = 200, 50


def test_two_hundred_buyers_at_once_on_fifty_pieces_buy_exactly_fifty(
    databases: TestDatabases, make_settings: Callable[..., Settings]
) -> None:
    app = create_app(make_settings(databases.clone()))
    app.config["WTF_CSRF_ENABLED"] = False
    app.extensions["celery"].conf.update(broker_url="memory://", broker_transport_options={})
    sandbox, serving = start_live_sandbox(app), Serving.start(app)
    try:
        with app.app_context():
            offer_id = make_offer(on_hand=PIECES).id
            db.session.commit()
        cookies = [_cookie_of_a_buyer(app, offer_id) for _ in range(BUYERS)]

        def buy(cookie: str) -> int:
            answer = requests.post(
                f"{serving.url}/checkout",
                FORM | {"shown_goods_vnd": "35000"},
                headers={"Cookie": cookie},
                allow_redirects=False,
                timeout=120,
            )
            if answer.status_code != 303:
                return answer.status_code
            return sandbox.pay(answer.headers["Location"]).status_code

        with ThreadPoolExecutor(BUYERS) as pool:
            statuses = list(pool.map(buy, cookies))
        assert sorted(set(statuses)) == [303, 409]
        assert statuses.count(303) == PIECES
        for event in _all_events(sandbox.client):
            answer = requests.post(f"{serving.url}/webhooks/stripe", timeout=30, **sandbox.signed(event))
            assert answer.status_code == 200
        with app.app_context():
            offer = db.session.get_one(Offer, offer_id)
            assert (offer.on_hand, offer.reserved) == (0, 0)
            paid = select(func.count()).select_from(Order).where(Order.status == OrderStatus.PAID)
            assert db.session.scalar(paid) == db.session.scalar(select(func.count()).select_from(Order)) == PIECES
    finally:
        serving.stop()
        stop_live_sandbox(sandbox)
        with app.app_context():
            db.engine.dispose()


def _cookie_of_a_buyer(app: Flask, offer_id: object) -> str:
    """The session cookie of a browser whose basket holds one piece."""
    client = app.test_client()
    with app.app_context():
        hold_cart(client, make_cart((db.session.get_one(Offer, offer_id), 1)))
    cookie = client.get_cookie("session")
    assert cookie is not None
    return f"session={cookie.value}"


def _all_events(client: object) -> list[dict[str, object]]:
    """Every completed page's event, oldest first."""
    pages = client.v1.events.list({"limit": 100, "types": ["checkout.session.completed"]})
    return [event.to_dict() for event in pages.auto_paging_iter()][::-1]
