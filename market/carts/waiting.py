"""Whose a basket is, and its unpaid order: what that holds, its buyer can have."""

import uuid

from sqlalchemy import BindParameter, ColumnElement, ScalarSelect, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from market.carts.models import Cart
from market.offers.availability import available_units
from market.offers.models import Offer
from market.orders.models import Order, OrderLine, OrderStatus, Parcel

BuyerId = BindParameter[uuid.UUID] | uuid.UUID | None
"""The account that asks, None being a guest."""


def is_of(owner: InstrumentedAttribute[uuid.UUID | None], buyer_id: BuyerId) -> ColumnElement[bool]:
    """The SQL of whether a basket or an order with this owner may be shown to a buyer: it is theirs, or a guest's."""
    return owner.is_(None) if buyer_id is None else or_(owner.is_(None), owner == buyer_id)


def waiting_order_id(cart_id: BindParameter[uuid.UUID], buyer_id: BuyerId) -> ScalarSelect[uuid.UUID]:
    """The SQL of the buyer's order of this basket, or of the one it replaces, that waits for payment, or NULL."""
    replaced = select(Cart.replaces_id).where(Cart.id == cart_id).correlate(None).scalar_subquery()
    return (
        select(Order.id)
        .join(Cart, Cart.order_id == Order.id)
        .where(
            (Cart.id == cart_id) | (Cart.id == replaced),
            Order.status == OrderStatus.AWAITING_PAYMENT,
            is_of(Order.user_id, buyer_id),
        )
        .order_by(Order.placed_at.desc(), Order.id)
        .limit(1)
        .correlate(None)
        .scalar_subquery()
    )


def held_units(cart_id: BindParameter[uuid.UUID], buyer_id: BuyerId) -> ColumnElement[int]:
    """The SQL of how many sold units of an offer that order holds; the statement around it selects from offers."""
    return func.coalesce(
        select(func.sum(OrderLine.quantity))
        .join(Parcel, Parcel.id == OrderLine.parcel_id)
        .where(Parcel.order_id == waiting_order_id(cart_id, buyer_id), OrderLine.offer_id == Offer.id)
        .correlate(Offer)
        .scalar_subquery(),
        0,
    )


def units_for(cart_id: BindParameter[uuid.UUID], buyer_id: BuyerId) -> ColumnElement[int]:
    """The SQL of how many sold units of an offer this basket can have: what is free, and what its own order holds."""
    return available_units() + held_units(cart_id, buyer_id)
