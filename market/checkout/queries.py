"""What the checkout page shows."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.orm import selectinload

from core.db import Asked, SettledStatement, ask_value, db, known, settled
from market.carts.pricing import PricedBasket, ask_promotions_of, price_of
from market.carts.queries import Basket, BasketLine
from market.carts.waiting import waiting_order_id
from market.checkout.delivery import DeliveryChoice, ParcelDelivery, basket_deliveries, choices_of
from market.delivery.queries import ask_methods
from market.delivery.rules import Destination
from market.orders.models import Order, Parcel
from market.promotions.rules import Person


@dataclass(frozen=True)
class Checkout:
    """A basket at checkout.

    `deliveries` says by producer how each parcel can reach the place that was chosen; `priced` is its price with the
    delivery that was; `waiting` is the order that waits for payment, with what was written in its form.
    """

    basket: Basket
    priced: PricedBasket
    waiting: Order | None
    deliveries: Mapping[uuid.UUID, ParcelDelivery] = field(default_factory=dict)

    @property
    def net_goods_vnd(self) -> int:
        """Price of the goods less their discounts."""
        return self.priced.price.goods_vnd - self.priced.price.goods_discount_vnd

    @property
    def short_lines(self) -> list[BasketLine]:
        """The lines that ask for more than there is."""
        return [line for line in self.basket.lines if line.is_short]

    @property
    def unchosen_fees(self) -> list[int]:
        """The lowest fee of each parcel whose delivery is still to be chosen, in dong."""
        fees = [found.least_fee_vnd for found in self.deliveries.values() if found.chosen is None]
        return [fee for fee in fees if fee is not None]


def get_checkout(
    basket: Basket,
    *,
    waiting: Order | None,
    destination: Asked[Destination],
    person: Person,
    choices: Mapping[uuid.UUID, DeliveryChoice] | None = None,
) -> Checkout:
    """A basket as a person can buy it now and have it delivered to a place; an empty one when there is nothing to buy.

    `waiting` is what `ask_waiting_order` finds for it. `choices` says how each parcel is wanted; None asks for what
    the order that waits for payment says.
    """
    promotions = ask_promotions_of(basket)
    if basket.id is None:
        return Checkout(basket, price_of(basket, {}, promotions=promotions, person=person), None)
    methods = ask_methods([parcel.producer_id for parcel in basket.parcels])
    order_id = waiting.id if waiting is not None else None
    if choices is None:
        choices = choices_of(waiting) if waiting is not None else {}
    deliveries = basket_deliveries(basket, methods, destination.value, choices, held_by=order_id)
    fees = {str(key): found.chosen.option.fee_vnd for key, found in deliveries.items() if found.chosen is not None}
    priced = price_of(basket, fees, promotions=promotions, person=person, held_by=order_id)
    return Checkout(basket, priced, waiting, deliveries)


def ask_waiting_order(cart_id: uuid.UUID | None, buyer_id: uuid.UUID | None) -> Asked[Order | None]:
    """The buyer's unpaid order of this basket, or of the one it replaces, with its parcels and lines."""
    if cart_id is None:
        return known(None)
    statement = _waiting_order_id(has_buyer=buyer_id is not None)
    return ask_value(statement, {"cart_id": cart_id, "buyer_id": buyer_id}).then(_with_lines)


def _with_lines(order_id: uuid.UUID | None) -> Order | None:
    if order_id is None:  # as in most baskets
        return None
    parts = selectinload(Order.parcels).selectinload(Parcel.lines)
    return db.session.scalars(select(Order).where(Order.id == order_id).options(parts)).one_or_none()


@cache
def _waiting_order_id(*, has_buyer: bool) -> SettledStatement:
    buyer_id = bindparam("buyer_id", type_=Uuid()) if has_buyer else None
    return settled(select(waiting_order_id(bindparam("cart_id", type_=Uuid()), buyer_id)))
