"""A recall is approved while a buyer checks out: on real connections, whatever is sold was sold before the recall."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core.accounts import ANONYMOUS, Actor, RoleName
from core.db import atomic, db
from market.checkout.usecases import place_order
from market.orders.models import Order
from market.payments.purposes import PurposeKind, purpose_of
from tests.factories import make_offer, make_user
from tests.market.checkout.test_concurrency import FORM
from tests.support.paying import RECIPIENT, hold_cart, make_cart
from tests.traceability.farm import make_farm
from tests.traceability.recalls.conftest import Scene
from traceability.recalls.models import Recall, RecallStatus
from traceability.recalls.usecases import approve_recall

LONG_ENOUGH = 0.7
"""Seconds in which whoever is not held up would be through."""


@dataclass
class Race:
    """A buyer with a basket, and an officer with a proposal to decide."""

    app: Flask
    client: FlaskClient
    cart_id: uuid.UUID
    recall_id: uuid.UUID
    officer: Actor

    def check_out(self) -> int:
        return self.client.post("/checkout", data=FORM | {"shown_goods_vnd": "70000"}).status_code

    def place(self) -> None:
        place_order(
            actor=ANONYMOUS,
            cart_id=self.cart_id,
            recipient=RECIPIENT,
            shown_goods_vnd=70_000,
            commission_basis_points=0,
            locale="vi",
        )

    def approve(self) -> None:
        with self.app.app_context(), atomic():
            approve_recall(actor=self.officer, recall_id=self.recall_id)

    def orders(self) -> int:
        with self.app.app_context():
            return db.session.scalar(select(func.count()).select_from(Order)) or 0


@pytest.fixture
def race(own_app: Flask) -> Race:
    client = own_app.test_client()
    with own_app.app_context(), atomic():
        farm = make_farm()
        scene = Scene(farm, farm.harvest(200), make_user(RoleName.PROVINCE_OFFICER))
        cart = make_cart((make_offer(farm.product), 2))
        hold_cart(client, cart)
        return Race(own_app, client, cart.id, scene.propose().id, scene.officer)


def test_who_comes_while_a_recall_is_being_approved_waits_and_is_refused(race: Race) -> None:
    before = race.orders()
    with ThreadPoolExecutor(1) as pool:
        with race.app.app_context(), atomic():
            approve_recall(actor=race.officer, recall_id=race.recall_id)
            status = pool.submit(race.check_out)
            time.sleep(LONG_ENOUGH)
            assert not status.done()
        assert status.result(timeout=20) == 409
    assert race.orders() == before


def test_a_recall_waits_for_who_was_first(race: Race) -> None:
    before = race.orders()
    with ThreadPoolExecutor(1) as pool:
        with race.app.app_context(), atomic():
            race.place()
            approval = pool.submit(race.approve)
            time.sleep(LONG_ENOUGH)
            assert not approval.done()
        approval.result(timeout=20)
    assert race.orders() == before + 1
    with race.app.app_context():
        assert db.session.get_one(Recall, race.recall_id).status == RecallStatus.ACTIVE
        # What was ordered before is not paid any more.
        order_id = db.session.scalars(select(Order.id).order_by(Order.placed_at.desc(), Order.id).limit(1)).one()
        assert purpose_of(PurposeKind.ORDER).is_withheld(order_id).value
