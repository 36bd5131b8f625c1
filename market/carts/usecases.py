"""Filling and changing baskets."""

import uuid
from collections.abc import Mapping

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from catalog.products.models import Product, ProductStatus
from core.accounts import Actor
from core.db import db, new_id, utc_now
from core.errors import NotFound
from market.carts.models import Cart, CartLine
from market.carts.rules import check_quantity
from market.offers.models import Offer, OfferStatus


def add_line(
    *, actor: Actor, cart_id: uuid.UUID | None, offer_id: uuid.UUID, quantity: int, locale: str = "vi"
) -> uuid.UUID:
    """Put `quantity` more units of an offer into the basket; return the basket's id, which may be a new one.

    A basket is made with its first line. Raises NotFound when the offer cannot be bought, Invalid when the sum is
    outside 1…999, NotEnoughStock when it is more than there is; the rest of the basket stays as it is.
    """
    offer = db.session.execute(
        select(Offer.price_vnd, (Offer.on_hand - Offer.reserved).label("available"))
        .join(Product, Product.id == Offer.product_id)
        .where(Offer.id == offer_id, Offer.status == OfferStatus.ACTIVE, Product.status == ProductStatus.PUBLISHED)
    ).one_or_none()
    if offer is None:
        raise NotFound
    check_quantity(quantity, available=offer.available)
    cart = _open_cart(actor, cart_id, locale)
    already = db.session.scalar(
        select(CartLine.quantity).where(CartLine.cart_id == cart.id, CartLine.offer_id == offer_id)
    )
    total = check_quantity(quantity + (already or 0), available=offer.available)
    statement = insert(CartLine).values(
        id=new_id(), cart_id=cart.id, offer_id=offer_id, quantity=total, seen_price_vnd=offer.price_vnd
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["cart_id", "offer_id"],
            set_={"quantity": statement.excluded.quantity, "seen_price_vnd": statement.excluded.seen_price_vnd},
        )
    )
    return cart.id


def change_line(
    *, actor: Actor, cart_id: uuid.UUID | None, line_id: uuid.UUID, quantity: int, locale: str = "vi"
) -> uuid.UUID:
    """Set how many units a line has, 0 to remove it; return the basket's id.

    Raises NotFound when the line is not in this basket, Invalid and NotEnoughStock as `add_line` does.
    """
    row = db.session.execute(
        select(CartLine.offer_id, (Offer.on_hand - Offer.reserved).label("available"), Offer.status)
        .join(Offer, Offer.id == CartLine.offer_id)
        .where(CartLine.id == line_id, CartLine.cart_id == cart_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    if quantity != 0:
        check_quantity(quantity, available=row.available if row.status == OfferStatus.ACTIVE else 0)
    cart = _open_cart(actor, cart_id, locale)
    line = db.session.scalar(
        select(CartLine).where(CartLine.cart_id == cart.id, CartLine.offer_id == row.offer_id).with_for_update()
    )
    if line is None:
        raise NotFound
    if quantity == 0:
        db.session.delete(line)
    else:
        line.quantity = quantity
    db.session.flush()
    return cart.id


def mark_prices_seen(*, cart_id: uuid.UUID, prices: Mapping[uuid.UUID, int]) -> None:
    """Remember the prices in dong, by line, that the basket page has just shown."""
    for line_id, price_vnd in sorted(prices.items()):
        db.session.execute(
            update(CartLine).where(CartLine.id == line_id, CartLine.cart_id == cart_id).values(seen_price_vnd=price_vnd)
        )


def count_lines(*, cart_id: uuid.UUID) -> int:
    """How many lines a basket has."""
    return db.session.scalar(select(func.count()).where(CartLine.cart_id == cart_id)) or 0


def _open_cart(actor: Actor, cart_id: uuid.UUID | None, locale: str) -> Cart:
    """The basket with `cart_id`, locked; a new one when there is none.

    A basket that has become an order is left alone, since the order's checkout knows it: its lines are copied.
    """
    cart = db.session.scalar(select(Cart).where(Cart.id == cart_id).with_for_update()) if cart_id else None
    if cart is None or cart.order_id is not None:
        old = cart
        cart = Cart(id=new_id(), user_id=actor.user_id, locale=locale, replaces_id=old.id if old else None)
        db.session.add(cart)
        db.session.flush()
        if old is not None:
            _copy_lines(old.id, cart.id)
    elif cart.user_id is None and actor.user_id is not None:
        cart.user_id = actor.user_id
    cart.updated_at = utc_now()
    return cart


def _copy_lines(old_id: uuid.UUID, new_cart_id: uuid.UUID) -> None:
    lines = db.session.execute(
        select(CartLine.offer_id, CartLine.quantity, CartLine.seen_price_vnd)
        .where(CartLine.cart_id == old_id)
        .order_by(CartLine.id)
    ).all()
    db.session.add_all(CartLine(id=new_id(), cart_id=new_cart_id, **line._asdict()) for line in lines)
    db.session.flush()
