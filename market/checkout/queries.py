"""What the checkout page shows."""

import uuid
from dataclasses import dataclass, replace

from sqlalchemy import select

from catalog.places.models import Commune
from catalog.producers.models import Producer
from core.db import db
from market.carts.models import Cart
from market.carts.pricing import PricedBasket, price_of
from market.carts.queries import Basket, BasketLine, get_basket
from market.delivery.rules import parcel_fee_vnd
from market.orders.models import Order, OrderLine, OrderStatus, Parcel


@dataclass(frozen=True)
class Checkout:
    """A basket at checkout: what an unpaid order of its buyer holds already counts as available.

    `priced` is its price with delivery to the province that was chosen; `waiting` is the order that waits for payment,
    with what was written in its form.
    """

    basket: Basket
    priced: PricedBasket
    waiting: Order | None

    @property
    def net_goods_vnd(self) -> int:
        """Price of the goods less their discounts."""
        return self.priced.price.goods_vnd - self.priced.price.goods_discount_vnd

    @property
    def short_lines(self) -> list[BasketLine]:
        """The lines that ask for more than there is."""
        return [line for line in self.basket.lines if line.is_short]


def get_checkout(cart_id: uuid.UUID | None, *, province: str, buyer_id: uuid.UUID | None = None) -> Checkout:
    """The basket as it can be bought now and delivered to `province`; an empty one when there is nothing to buy."""
    basket = get_basket(cart_id, buyer_id)
    if cart_id is None or basket.id is None:
        return Checkout(basket, price_of(basket, {}), None)
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
    basket = replace(basket, parcels=parcels)
    fees = _fees([parcel.producer_id for parcel in parcels], province)
    waiting = db.session.get(Order, order_id) if order_id is not None else None
    return Checkout(basket, price_of(basket, fees, held_by=order_id), waiting)


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


def _fees(producer_ids: list[uuid.UUID], province: str) -> dict[str, int]:
    """The delivery fee of each producer's parcel in dong, in the order of the parcels."""
    rows = db.session.execute(
        select(Producer.id, Commune.province_code)
        .join(Producer, Producer.commune_code == Commune.code)
        .where(Producer.id.in_(producer_ids))
    )
    provinces = dict(rows.all())
    return {
        str(producer_id): parcel_fee_vnd(from_province=provinces[producer_id], to_province=province)
        for producer_id in producer_ids
    }
