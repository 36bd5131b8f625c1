"""A parcel of goods priced by weight, paid for and ready to be packed."""

import itertools
import uuid
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import Actor, RoleName, User
from core.db import atomic, db, utc_now
from core.i18n import local_today
from market.collections.handlers import ask_for_balances, ask_for_heavier
from market.collections.models import Collection
from market.offers.cycles import CycleValues, open_cycle
from market.offers.models import Offer, OrderCycle
from market.orders.events import OrderPaid, ParcelRepriced
from market.orders.models import Order, OrderLine, Parcel
from market.orders.packing import pack_parcel
from market.payments import flow
from market.payments.purposes import PurposeKind
from tests.factories import make_lot, make_offer, make_producer, make_product, make_user
from tests.support.paying import LiveSandbox, live_sandbox
from tests.support.refunding import actor_of, lines_of, pay_for
from tests.traceability.farm import gln
from traceability.lots.models import Lot

__all__ = ["live_sandbox"]
_numbers = itertools.count(8000)


@dataclass
class Farm:
    """A producer with a lot, and an offer of 250,000 dong a piece of about 5 kg, ten per cent of tolerance."""

    live: LiveSandbox
    member: User
    offer: Offer
    lot: Lot

    @property
    def actor(self) -> Actor:
        return actor_of(self.member)

    def sell(self, quantity: int = 2) -> uuid.UUID:
        """A paid order; its id."""
        return pay_for(self.live, (self.offer, quantity))

    def pack(self, order_id: uuid.UUID, grams: int) -> Parcel:
        """Pack it with so many grams, and let the news reach whoever listens, twice."""
        parcel = db.session.scalars(select(Parcel).where(Parcel.order_id == order_id)).one()
        lines = lines_of(order_id)
        with atomic():
            pack_parcel(
                actor=self.actor,
                parcel_id=parcel.id,
                lots={line.id: self.lot.id for line in lines},
                weights={line.id: grams for line in lines if line.price_per_kg_vnd},
            )
        for _ in range(2):
            with atomic():
                ask_for_heavier(ParcelRepriced(parcel_id=parcel.id, difference_vnd=parcel.repriced_vnd or 0))
        return parcel

    def owed(self, quantity: int = 2, grams: int = 10_800) -> Collection:
        """A packed parcel that weighs 800 g more: 40,000 dong."""
        parcel = self.pack(self.sell(quantity), grams)
        return db.session.scalars(select(Collection).where(Collection.parcel_id == parcel.id)).one()

    def start(self, collection: Collection) -> str:
        """The address of the payment page."""
        return flow.start_payment(kind=PurposeKind.COLLECTION, purpose_id=collection.id, gateway=self.live.gateway)

    def finish(self, collection: Collection) -> None:
        """Come back from the payment page."""
        flow.finish_payments(kind=PurposeKind.COLLECTION, purpose_id=collection.id, gateway=self.live.gateway)

    def collect(self) -> Collection:
        """The same, paid."""
        collection = self.owed()
        self.live.pay(self.start(collection))
        self.finish(collection)
        return now(collection)


def now(collection: Collection) -> Collection:
    """The collection as it is in the database now."""
    return db.session.get_one(Collection, collection.id, populate_existing=True)


def parcel_of(collection: Collection) -> Parcel:
    """Its parcel as it is in the database now."""
    return db.session.get_one(Parcel, collection.parcel_id, populate_existing=True)


def order_of(collection: Collection) -> Order:
    """Its order as it is in the database now."""
    return db.session.get_one(Order, collection.order_id, populate_existing=True)


def line_of(collection: Collection) -> OrderLine:
    """The only line of its order."""
    return lines_of(collection.order_id)[0]


@pytest.fixture
def farm(session: scoped_session[Session], live_sandbox: LiveSandbox) -> Farm:
    return make_farm(live_sandbox)


def make_farm(live: LiveSandbox) -> Farm:
    """A farm with new people."""
    member = make_user(RoleName.PRODUCER_MEMBER)
    product = make_product(make_producer(member, gln=gln(next(_numbers))))
    offer = make_offer(
        product, price_vnd=250_000, price_per_kg_vnd=50_000, average_grams=5_000, weight_tolerance_percent=10
    )
    return Farm(live, member, offer, make_lot(product, quantity=50))


def open_harvest(farm: Farm) -> OrderCycle:
    """The farm's offer is sold beforehand at 250,000 dong, 30 per cent of it at once."""
    farm.offer.is_preorder = True
    farm.offer.price_per_kg_vnd = farm.offer.average_grams = farm.offer.weight_tolerance_percent = None
    db.session.flush()
    first = local_today(utc_now()) + timedelta(days=30)
    with atomic():
        return open_cycle(
            actor=farm.actor,
            offer_id=farm.offer.id,
            values=CycleValues(
                utc_now() - timedelta(days=1), utc_now() + timedelta(days=9), first, first + timedelta(days=10), 30
            ),
        )


def order_and_ask(farm: Farm, *more: tuple[Offer, int]) -> Collection:
    """Two pieces, 500,000 dong, with the deposit paid; the balance is asked for, twice."""
    order_id = pay_for(farm.live, (farm.offer, 2), *more)
    for _ in range(2):
        with atomic():
            ask_for_balances(OrderPaid(order_id=order_id))
    return db.session.scalars(select(Collection).where(Collection.order_id == order_id)).one()
