"""The unpaid order of a basket: what it holds, its buyer can have."""

import uuid

from sqlalchemy import BindParameter, ColumnElement, ScalarSelect, func, select

from market.carts.models import Cart
from market.offers.availability import available_units
from market.offers.models import Offer
from market.orders.models import Order, OrderLine, OrderStatus, Parcel


def waiting_order_id(cart_id: BindParameter[uuid.UUID]) -> ScalarSelect[uuid.UUID]:
    """The SQL of the order of this basket, or of the one it replaces, that waits for payment; NULL without any."""
    replaced = select(Cart.replaces_id).where(Cart.id == cart_id).correlate(None).scalar_subquery()
    return (
        select(Order.id)
        .join(Cart, Cart.order_id == Order.id)
        .where((Cart.id == cart_id) | (Cart.id == replaced), Order.status == OrderStatus.AWAITING_PAYMENT)
        .order_by(Order.placed_at.desc(), Order.id)
        .limit(1)
        .correlate(None)
        .scalar_subquery()
    )


def held_units(cart_id: BindParameter[uuid.UUID]) -> ColumnElement[int]:
    """The SQL of how many sold units of an offer that order holds; the statement around it selects from offers."""
    return func.coalesce(
        select(func.sum(OrderLine.quantity))
        .join(Parcel, Parcel.id == OrderLine.parcel_id)
        .where(Parcel.order_id == waiting_order_id(cart_id), OrderLine.offer_id == Offer.id)
        .correlate(Offer)
        .scalar_subquery(),
        0,
    )


def units_for(cart_id: BindParameter[uuid.UUID]) -> ColumnElement[int]:
    """The SQL of how many sold units of an offer this basket can have: what is free, and what its own order holds."""
    return available_units() + held_units(cart_id)
