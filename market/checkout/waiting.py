"""The order that a basket became, or replaces, and that still waits for payment."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select

from core.db import SettledStatement, db, rows_within_transaction, settled
from market.carts.models import Cart, CartLine, CartVoucher
from market.checkout.building import Recipient
from market.checkout.delivery import DeliveryChoice, is_as_chosen
from market.offers.models import Offer
from market.offers.prices import unit_price
from market.orders.models import Order, OrderStatus
from market.orders.usecases import lock_order
from market.promotions.queries import held_of


@dataclass(frozen=True)
class Wanted:
    """What a buyer orders by the form: `shown_goods_vnd` is what it has shown for the goods, less their discounts.

    `shown_promotions` are the promotions that it has counted, None where nobody has looked.
    """

    recipient: Recipient
    choices: Mapping[uuid.UUID, DeliveryChoice]
    shown_goods_vnd: int
    shown_promotions: Collection[uuid.UUID] | None
    pays_cash: bool


def order_before(cart: Cart) -> Order | None:
    """The locked order that this basket became, or that of the basket it replaces, unless that is over."""
    order_id = cart.order_id
    if order_id is None and cart.replaces_id is not None:
        order_id = db.session.scalar(select(Cart.order_id).where(Cart.id == cart.replaces_id))
    order = lock_order(order_id) if order_id is not None else None
    if order is None or order.status == OrderStatus.EXPIRED:
        return None
    if cart.order_id is None and order.status != OrderStatus.AWAITING_PAYMENT:
        return None  # the basket before was bought; this one is another purchase
    return order


def is_the_same(order: Order, cart: Cart, wanted: Wanted, buyer_id: uuid.UUID | None) -> bool:
    """Whether the basket would make this very order again. What is paid, or looked at by a person, always is."""
    if cart.order_id == order.id and order.status != OrderStatus.AWAITING_PAYMENT:
        return True
    if wanted.pays_cash:
        return False  # what waits is paid by card
    if cart.order_id != order.id and len(set(vouchers_in(cart.id, cart.replaces_id))) > 1:
        return False
    return (
        _recipient_of(order) == wanted.recipient
        and is_as_chosen(order, wanted.choices)
        and _has_the_lines_of(order, cart, buyer_id)
        and _costs_what_was_shown(order, wanted)
    )


def _recipient_of(order: Order) -> Recipient:
    return Recipient(
        name=order.buyer_name,
        phone=order.buyer_phone,
        commune_code=order.commune_code,
        address=order.address,
        email=order.buyer_email,
        note=order.note,
    )


def _has_the_lines_of(order: Order, cart: Cart, buyer_id: uuid.UUID | None) -> bool:
    """Whether an order has what is in the basket, at the prices of today."""
    wanted = db.session.execute(
        select(CartLine.offer_id, CartLine.quantity, unit_price(CartLine.quantity, buyer_id))
        .join(Offer, Offer.id == CartLine.offer_id)
        .where(CartLine.cart_id == cart.id)
    )
    ordered = {(line.offer_id, line.quantity, line.unit_price_vnd) for parcel in order.parcels for line in parcel.lines}
    return {tuple(row) for row in wanted} == ordered


def _costs_what_was_shown(order: Order, wanted: Wanted) -> bool:
    """Whether its goods, with the promotions that it holds, cost what the form has shown: a campaign may have begun."""
    discount_vnd = sum(line.discount_vnd for parcel in order.parcels for line in parcel.lines)
    if order.goods_vnd - discount_vnd != wanted.shown_goods_vnd:
        return False
    return wanted.shown_promotions is None or set(held_of(order.id)) == set(wanted.shown_promotions)


def vouchers_in(*cart_ids: uuid.UUID | None) -> list[frozenset[uuid.UUID]]:
    """The vouchers in each of these baskets."""
    asked = [cart_id for cart_id in cart_ids if cart_id is not None]
    rows = rows_within_transaction(_vouchers(), {"cart_ids": asked})
    return [frozenset(row.promotion_id for row in rows if row.cart_id == wanted) for wanted in cart_ids]


@cache
def _vouchers() -> SettledStatement:
    wanted = CartVoucher.cart_id == any_(bindparam("cart_ids", type_=ARRAY(Uuid())))
    return settled(select(CartVoucher.cart_id, CartVoucher.promotion_id).where(wanted))
