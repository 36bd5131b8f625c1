"""How often a purchase asks the database: each of these is time that a buyer waits and a processor spends."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.db import db
from core.db.exchange import Exchange
from tests.factories import make_offer
from tests.market.checkout.test_concurrency import FORM
from tests.support.paying import LiveSandbox

Counted = Callable[[Callable[[], Any]], tuple[int, Any]]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Does something, and says in how many round trips; those of the sandbox's own threads are its own."""
    ours, trips, run = threading.get_ident(), list[Exchange](), Exchange.run

    def note(exchange: Exchange, *given: Any, **options: Any) -> Any:
        if threading.get_ident() == ours:
            trips.append(exchange)
        return run(exchange, *given, **options)

    def count(act: Callable[[], Any]) -> tuple[int, Any]:
        trips.clear()
        answer = act()
        return len(trips), answer

    monkeypatch.setattr(Exchange, "run", note)
    return count


def test_a_purchase_takes_sixteen_round_trips(own_app: Flask, own_sandbox: LiveSandbox, counted: Counted) -> None:
    with own_app.app_context():
        offer_id = str(make_offer().id)
        db.session.commit()
    buy(own_app.test_client(), own_sandbox, offer_id, counted)  # opens the accounts of the ledger
    assert buy(own_app.test_client(), own_sandbox, offer_id, counted) == {
        "into the basket": 2,
        "the form": 3,
        "the order and its page": 6,
        "paid": 5,
    }


def buy(client: FlaskClient, sandbox: LiveSandbox, offer_id: str, counted: Counted) -> dict[str, int]:
    line = {"offer": offer_id, "quantity": "1"}
    added, answer = counted(lambda: client.post("/basket/lines", data=line))
    assert answer.status_code == 303
    shown, page = counted(lambda: client.get("/checkout"))
    assert page.status_code == 200
    ordered, answer = counted(lambda: client.post("/checkout", data=FORM | {"shown_goods_vnd": "35000"}))
    assert answer.status_code == 303
    assert sandbox.pay(answer.location).status_code == 303
    news = sandbox.signed(sandbox.events("checkout.session.completed")[-1])
    paid, answer = counted(lambda: client.post("/webhooks/stripe", **news))
    assert answer.status_code == 200
    return {"into the basket": added, "the form": shown, "the order and its page": ordered, "paid": paid}
