"""What the checkout page shows."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core.db import Asked, db
from market.carts.pricing import PricedBasket, ask_promotions_of, price_of
from market.carts.queries import Basket, BasketLine
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

    `waiting` is its `waiting_order`. `choices` says how each parcel is wanted; None asks for what
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


def waiting_order(basket: Basket) -> Order | None:
    """The buyer's unpaid order of this basket, or of the one it replaces, with its parcels and lines."""
    if basket.waiting_order_id is None:  # as in most baskets
        return None
    parts = selectinload(Order.parcels).selectinload(Parcel.lines)
    return db.session.scalars(select(Order).where(Order.id == basket.waiting_order_id).options(parts)).one_or_none()
