"""What the checkout page shows."""

import uuid
from dataclasses import dataclass, replace

from sqlalchemy import select

from catalog.places.models import Commune
from catalog.producers.models import Producer
from core.db import db
from market.carts.models import Cart
from market.carts.queries import Basket, BasketLine, get_basket
from market.delivery.rules import parcel_fee_vnd
from market.orders.models import Order, OrderLine, OrderStatus, Parcel


@dataclass(frozen=True)
class Checkout:
    """A basket at checkout: what an unpaid order of its buyer holds already counts as available.

    Amounts in dong; delivery to the province that was chosen. `waiting_token` leads to the order that waits for
    payment, `waiting` holds what was written in its form.
    """

    basket: Basket
    delivery_vnd: int
    waiting: Order | None

    @property
    def goods_vnd(self) -> int:
        """Price of the goods."""
        return self.basket.goods_vnd

    @property
    def total_vnd(self) -> int:
        """Price of everything."""
        return self.goods_vnd + self.delivery_vnd

    @property
    def short_lines(self) -> list[BasketLine]:
        """The lines that ask for more than there is."""
        return [line for line in self.basket.lines if line.is_short]


def get_checkout(cart_id: uuid.UUID | None, *, province: str) -> Checkout:
    """The basket as it can be bought now and delivered to `province`; an empty one when there is nothing to buy."""
    basket = get_basket(cart_id)
    if cart_id is None or basket.id is None:
        return Checkout(basket, 0, None)
    order_id = _waiting_order_id(cart_id)
    held: dict[uuid.UUID, int] = {}
    if order_id is not None:
        rows = db.session.execute(
            select(OrderLine.offer_id, OrderLine.quantity)
            .join(Parcel, Parcel.id == OrderLine.parcel_id)
            .where(Parcel.order_id == order_id)
        )
        held = dict(rows.all())
    parcels = tuple(
        replace(
            parcel,
            lines=tuple(replace(line, available=line.available + held.get(line.offer_id, 0)) for line in parcel.lines),
        )
        for parcel in basket.parcels
    )
    delivery_vnd = _delivery_vnd([parcel.producer_slug for parcel in parcels], province)
    waiting = db.session.get(Order, order_id) if order_id is not None else None
    return Checkout(replace(basket, parcels=parcels), delivery_vnd, waiting)


def _waiting_order_id(cart_id: uuid.UUID) -> uuid.UUID | None:
    """The unpaid order of this basket, or of the one it replaces."""
    replaced = select(Cart.replaces_id).where(Cart.id == cart_id).scalar_subquery()
    statement = (
        select(Order.id)
        .join(Cart, Cart.order_id == Order.id)
        .where((Cart.id == cart_id) | (Cart.id == replaced), Order.status == OrderStatus.AWAITING_PAYMENT)
        .order_by(Order.placed_at.desc(), Order.id)
        .limit(1)
    )
    return db.session.scalar(statement)


def _delivery_vnd(producer_slugs: list[str], province: str) -> int:
    provinces = db.session.scalars(
        select(Commune.province_code)
        .join(Producer, Producer.commune_code == Commune.code)
        .where(Producer.slug.in_(producer_slugs))
    )
    return sum(parcel_fee_vnd(from_province=from_province, to_province=province) for from_province in provinces)
