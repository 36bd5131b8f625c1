"""How often a purchase asks the database: each of these is time that a buyer waits and a processor spends."""

from flask import Flask
from flask.testing import FlaskClient

from core.db import db
from tests.factories import make_offer
from tests.market.checkout.test_concurrency import FORM
from tests.support.paying import LiveSandbox


def test_a_purchase_takes_sixteen_round_trips(own_app: Flask, own_sandbox: LiveSandbox, trips: list[int]) -> None:
    with own_app.app_context():
        offer_id = str(make_offer().id)
        db.session.commit()
    buy(own_app.test_client(), own_sandbox, offer_id, trips)  # opens the accounts of the ledger
    assert buy(own_app.test_client(), own_sandbox, offer_id, trips) == {
        "into the basket": 2,
        "the form": 3,
        "the order and its page": 6,
        "paid": 5,
    }


def buy(client: FlaskClient, sandbox: LiveSandbox, offer_id: str, trips: list[int]) -> dict[str, int]:
    """Buy one, and say how many round trips each request took."""
    taken: dict[str, int] = {}

    def took(what: str) -> None:
        taken[what] = len(trips)
        trips.clear()

    trips.clear()
    assert client.post("/basket/lines", data={"offer": offer_id, "quantity": "1"}).status_code == 303
    took("into the basket")
    assert client.get("/checkout").status_code == 200
    took("the form")
    ordered = client.post("/checkout", data=FORM | {"shown_goods_vnd": "35000"})
    assert ordered.status_code == 303
    took("the order and its page")
    assert sandbox.pay(ordered.location).status_code == 303
    news = sandbox.signed(sandbox.events("checkout.session.completed")[-1])
    assert client.post("/webhooks/stripe", **news).status_code == 200
    took("paid")
    return taken
