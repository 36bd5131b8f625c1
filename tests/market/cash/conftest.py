"""A buyer who may pay in cash, a farm that packs, and an administrator who keeps the list."""

import itertools
import uuid
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import Actor, RoleName, User
from core.db import atomic, db
from market.carts.models import CartVoucher
from market.cash.models import CashParcel
from market.cash.rules import CashLimits
from market.cash.usecases import allow_cash
from market.checkout.usecases import place_order
from market.offers.models import Offer
from market.orders.models import Order, Parcel
from market.orders.packing import pack_parcel, ship_parcel
from market.promotions.models import Promotion
from tests.factories import make_lot, make_offer, make_producer, make_product, make_user
from tests.support.paying import RECIPIENT, live_sandbox, make_cart
from tests.support.refunding import actor_of, lines_of
from tests.traceability.farm import gln
from traceability.lots.models import Lot

__all__ = ["live_sandbox"]
_numbers = itertools.count(7000)


@dataclass
class Door:
    """Who stands at both sides of it. An offer costs 100,000 dong; 300 basis points are the site's."""

    buyer: User
    member: User
    administrator: User
    offer: Offer
    lot: Lot

    @property
    def farmer(self) -> Actor:
        return actor_of(self.member)

    def allow(self, *, order_limit_vnd: int = 1_000_000, open_limit_vnd: int = 1_500_000) -> None:
        """Put the buyer onto the list."""
        limits = CashLimits(order_limit_vnd, open_limit_vnd)
        with atomic():
            allow_cash(
                actor=actor_of(self.administrator), name=self.buyer.email or "", limits=limits, reason="Khách quen mẫu"
            )

    def order(self, *lines: tuple[Offer, int], quantity: int = 3, voucher: Promotion | None = None) -> uuid.UUID:
        """An order to be paid in cash, for which a voucher of an amount may be used; its id."""
        wanted = lines or ((self.offer, quantity),)
        cart = make_cart(*wanted)
        if voucher is not None:
            db.session.add(CartVoucher(cart_id=cart.id, promotion_id=voucher.id))
        discount_vnd = (voucher.amount_vnd or 0) if voucher is not None else 0
        db.session.commit()
        with atomic():
            return place_order(
                actor=actor_of(self.buyer),
                cart_id=cart.id,
                recipient=RECIPIENT,
                shown_goods_vnd=sum(offer.price_vnd * count for offer, count in wanted) - discount_vnd,
                commission_basis_points=300,
                locale="vi",
                pays_cash=True,
            ).order_id

    def ship(self, order_id: uuid.UUID, grams: int | None = None) -> Parcel:
        """Pack and hand over its one parcel."""
        parcel = parcel_of(order_id)
        lines = lines_of(order_id)
        weights = {line.id: grams for line in lines} if grams is not None else {}
        with atomic():
            pack_parcel(
                actor=self.farmer, parcel_id=parcel.id, lots={line.id: self.lot.id for line in lines}, weights=weights
            )
            ship_parcel(actor=self.farmer, parcel_id=parcel.id)
        return parcel_of(order_id)


def parcel_of(order_id: uuid.UUID) -> Parcel:
    """The one parcel of an order as it is now."""
    statement = select(Parcel).where(Parcel.order_id == order_id).execution_options(populate_existing=True)
    return db.session.scalars(statement).one()


def order_of(order_id: uuid.UUID) -> Order:
    """The order as it is now."""
    return db.session.get_one(Order, order_id, populate_existing=True)


def cash_of(parcel: Parcel) -> CashParcel:
    """Its cash as it is now."""
    return db.session.get_one(CashParcel, parcel.id, populate_existing=True)


@pytest.fixture
def door(session: scoped_session[Session]) -> Door:
    return make_door()


def make_door() -> Door:
    """A door with new people."""
    member = make_user(RoleName.PRODUCER_MEMBER)
    product = make_product(make_producer(member, gln=gln(next(_numbers))))
    return Door(
        make_user(),
        member,
        make_user(RoleName.ADMINISTRATOR),
        make_offer(product, price_vnd=100_000),
        make_lot(product, quantity=100),
    )
