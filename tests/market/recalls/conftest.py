"""A pomelo that is sold, bought, packed from a lot, and then recalled."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import RoleName
from core.db import db, new_id
from market.offers.models import Offer
from market.orders.models import Order, OrderLine, Parcel
from market.orders.packing import pack_parcel, ship_parcel
from market.orders.usecases import lock_order, mark_paid
from tests.factories import make_offer, make_user
from tests.support.paying import live_sandbox, place
from tests.traceability.farm import make_farm
from tests.traceability.recalls.conftest import Scene

__all__ = ["live_sandbox"]


@dataclass
class Shop(Scene):
    """The scene with an offer of its product."""

    offer: Offer

    def buy(self, quantity: int = 3, *, packed: bool = True, shipped: bool = True) -> Order:
        """A paid order, packed from the lot."""
        order_id = place((self.offer, quantity))
        mark_paid(order=lock_order(order_id), payment_id=new_id())
        parcel = db.session.scalars(select(Parcel).where(Parcel.order_id == order_id)).one()
        if packed:
            line_id = db.session.scalars(select(OrderLine.id).where(OrderLine.parcel_id == parcel.id)).one()
            pack_parcel(actor=self.farm.actor, parcel_id=parcel.id, lots={line_id: self.lot.id})
        if packed and shipped:
            ship_parcel(actor=self.farm.actor, parcel_id=parcel.id)
        return db.session.get_one(Order, order_id)


@pytest.fixture
def shop(session: scoped_session[Session]) -> Shop:
    farm = make_farm()
    return Shop(farm, farm.harvest(200), make_user(RoleName.PROVINCE_OFFICER), make_offer(farm.product))


@pytest.fixture
def recall_now(shop: Shop, deliver_outbox: Callable[[], int]) -> Callable[[], object]:
    """Approve a recall of the lot and let the news arrive."""

    def act() -> object:
        recall = shop.approve()
        db.session.commit()
        deliver_outbox()
        return recall

    return act
