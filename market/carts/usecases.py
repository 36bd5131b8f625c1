"""Filling and changing baskets."""

import uuid
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Integer, Row, ScalarSelect, Uuid, bindparam, column, delete, func, select, update, values
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from catalog.products.models import Product, ProductStatus
from core.accounts import Actor
from core.db import (
    Asked,
    SettledStatement,
    ask_value,
    db,
    insertion,
    new_id,
    rows_within_transaction,
    settled,
    utc_now,
    write_row_soon,
    write_soon,
)
from core.errors import AppError, NotFound
from market.carts.errors import LinesRefused, TooManyVouchers
from market.carts.models import Cart, CartLine, CartVoucher
from market.carts.pricing import items_of
from market.carts.queries import SETTLED, get_basket
from market.carts.rules import MAX_QUANTITY, MAX_VOUCHERS, check_lines, check_quantity
from market.carts.waiting import is_of, units_for
from market.offers.models import Offer, OfferStatus
from market.offers.prices import unit_price
from market.offers.rules import Quantities
from market.orders.models import Order
from market.promotions.errors import UnknownVoucher
from market.promotions.queries import find_voucher
from market.promotions.rules import normalize_code
from market.promotions.usecases import check_voucher


def add_line(
    *, actor: Actor, cart_id: uuid.UUID | None, offer_id: uuid.UUID, quantity: int, locale: str = "vi"
) -> uuid.UUID:
    """Put `quantity` more units of an offer into the basket; return the basket's id, which may be a new one.

    A basket is made with its first line. Raises NotFound when the offer cannot be bought, Invalid when the sum is
    outside 1…999, NotEnoughStock when it is more than there is, QuantityNotAllowed when the producer does not sell so
    few, so many, or in such steps, TooManyLines when it would be one line too many; the rest of the basket stays as it
    is.
    """
    check_quantity(quantity, available=MAX_QUANTITY)
    cart = open_cart(actor, cart_id, locale)
    rows = rows_within_transaction(
        _offer_for_basket(has_buyer=actor.user_id is not None),
        {"offer_id": offer_id, "cart_id": cart.id, "more": quantity, "buyer_id": actor.user_id},
    )
    if not rows:
        raise NotFound
    offer = rows[0]
    check_quantity(quantity, available=offer.available)
    check_quantity(offer.quantity, available=offer.available)
    Quantities(offer.min_quantity, offer.quantity_step, offer.max_quantity).check(offer.quantity)
    check_lines(offer.other_lines + 1)
    line = {"id": new_id(), "cart_id": cart.id, "offer_id": offer_id, "quantity": offer.quantity}
    write_row_soon(_put_line(), {**line, "seen_price_vnd": offer.price_vnd})
    return cart.id


@cache
def _offer_for_basket(*, has_buyer: bool) -> SettledStatement:
    """The offer `offer_id` while it is on sale, for a line of the basket `cart_id` that is to have `more` units."""
    quantity = func.coalesce(CartLine.quantity, 0) + bindparam("more", type_=Integer())
    cart_id = bindparam("cart_id", type_=Uuid())
    buyer_id = bindparam("buyer_id", type_=Uuid()) if has_buyer else None
    return settled(
        select(
            units_for(cart_id, buyer_id).label("available"),
            Offer.min_quantity,
            Offer.quantity_step,
            Offer.max_quantity,
            quantity.label("quantity"),
            _other_lines().label("other_lines"),
            unit_price(quantity, buyer_id).label("price_vnd"),
        )
        .join(Product, Product.id == Offer.product_id)
        .outerjoin(CartLine, (CartLine.offer_id == Offer.id) & (CartLine.cart_id == cart_id))
        .where(
            Offer.id == bindparam("offer_id"),
            Offer.status == OfferStatus.ACTIVE,
            Product.status == ProductStatus.PUBLISHED,
        )
    )


def _other_lines() -> ScalarSelect[int]:
    """The SQL of how many lines the basket `cart_id` has for other offers than the one it is asked beside."""
    line = aliased(CartLine)
    cart_id = bindparam("cart_id", type_=Uuid())
    lines = select(func.count()).where(line.cart_id == cart_id, line.offer_id != Offer.id)
    return lines.correlate(Offer).scalar_subquery()


@cache
def _put_line() -> SettledStatement:
    row = insertion(CartLine)
    changed = {name: row.excluded[name] for name in ("quantity", "seen_price_vnd")}
    return settled(row.on_conflict_do_update(index_elements=["cart_id", "offer_id"], set_=changed))


def change_lines(
    *, actor: Actor, cart_id: uuid.UUID, quantities: Mapping[uuid.UUID, int], locale: str = "vi"
) -> uuid.UUID:
    """Set how many units each of these lines has, 0 to remove it; return the basket's id.

    Raises NotFound when a line is not in this basket, LinesRefused as `add_line` would refuse; then nothing changes.
    """
    rows = _asked_of_lines(actor, cart_id, quantities) if quantities else []
    if len(rows) != len(quantities):
        raise NotFound
    refused = {row.id: error for row in rows if (error := _refusal_of(row)) is not None}
    if refused:
        raise LinesRefused(refused)
    cart = open_cart(actor, cart_id, locale)
    by_offer = {row.offer_id: row for row in rows}
    # Those of a basket that was copied are other lines of the same offers.
    lines = select(CartLine).where(CartLine.cart_id == cart.id, CartLine.offer_id.in_(by_offer)).order_by(CartLine.id)
    for line in db.session.scalars(lines.with_for_update()):
        row = by_offer[line.offer_id]
        if row.wanted == 0:
            db.session.delete(line)
        else:
            # Another quantity may have another price; who chose it expects that, and is not told of a change.
            line.quantity, line.seen_price_vnd = row.wanted, row.price_vnd
    db.session.flush()
    return cart.id


def _asked_of_lines(
    actor: Actor, cart_id: uuid.UUID, quantities: Mapping[uuid.UUID, int]
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The lines of a basket that are to have so many units, with what can be had of them, and at which price."""
    asked = values(column("line_id", Uuid), column("quantity", Integer), name="asked").data(list(quantities.items()))
    statement = (
        select(
            CartLine.id,
            CartLine.offer_id,
            asked.c.quantity.label("wanted"),
            units_for(bindparam("cart_id", cart_id, type_=Uuid()), actor.user_id).label("available"),
            Offer.status,
            Offer.min_quantity,
            Offer.quantity_step,
            Offer.max_quantity,
            unit_price(asked.c.quantity, actor.user_id).label("price_vnd"),
        )
        .join(Offer, Offer.id == CartLine.offer_id)
        .join(Cart, Cart.id == CartLine.cart_id)
        .join(asked, asked.c.line_id == CartLine.id)
        .where(CartLine.cart_id == cart_id, is_of(Cart.user_id, actor.user_id))
        .order_by(CartLine.id)
    )
    return db.session.execute(statement).all()


def _refusal_of(row: Row[*tuple[Any, ...]]) -> AppError | None:
    """Why a line cannot have as many units as it should; taking it out is always possible."""
    if row.wanted == 0:
        return None
    try:
        check_quantity(row.wanted, available=row.available if row.status == OfferStatus.ACTIVE else 0)
        Quantities(row.min_quantity, row.quantity_step, row.max_quantity).check(row.wanted)
    except AppError as refusal:
        return refusal
    return None


def mark_prices_seen(*, cart_id: uuid.UUID, prices: Mapping[uuid.UUID, int]) -> None:
    """Remember the prices in dong, by line, that the basket page has just shown."""
    for line_id, price_vnd in sorted(prices.items()):
        db.session.execute(
            update(CartLine).where(CartLine.id == line_id, CartLine.cart_id == cart_id).values(seen_price_vnd=price_vnd)
        )


def add_voucher(*, actor: Actor, cart_id: uuid.UUID | None, code: str, locale: str = "vi") -> uuid.UUID:
    """Put the voucher with this code into the basket; return the basket's id.

    Raises UnknownVoucher, VoucherRefused with the reason, TooManyVouchers; then the basket is as it was.
    """
    promotion = find_voucher(normalize_code(code))
    if promotion is None:
        raise UnknownVoucher
    basket = get_basket(cart_id, actor.user_id)
    check_voucher(
        promotion=promotion,
        items=items_of(basket),
        user_id=actor.user_id,
        locale=locale,
        held_by=basket.waiting_order_id,
    )
    cart = open_cart(actor, cart_id, locale)
    if len(basket.voucher_ids) >= MAX_VOUCHERS and promotion.id not in basket.voucher_ids:
        raise TooManyVouchers
    db.session.execute(insert(CartVoucher).values(cart_id=cart.id, promotion_id=promotion.id).on_conflict_do_nothing())
    return cart.id


def remove_voucher(
    *, actor: Actor, cart_id: uuid.UUID | None, promotion_id: uuid.UUID, locale: str = "vi"
) -> uuid.UUID:
    """Take a voucher out of the basket, if it is there; return the basket's id. Raises NotFound without a basket."""
    if cart_id is None:
        raise NotFound
    cart = open_cart(actor, cart_id, locale)
    db.session.execute(
        delete(CartVoucher).where(CartVoucher.cart_id == cart.id, CartVoucher.promotion_id == promotion_id)
    )
    return cart.id


def count_lines(*, cart_id: uuid.UUID) -> Asked[int]:
    """How many lines a basket has; it can be read once the transaction has committed."""
    return ask_value(_lines_in_basket(), {"cart_id": cart_id})


@cache
def _lines_in_basket() -> SettledStatement:
    return settled(select(func.count()).where(CartLine.cart_id == bindparam("cart_id")))


def open_cart(actor: Actor, cart_id: uuid.UUID | None, locale: str) -> Cart:
    """The basket with `cart_id`, locked; a new one when there is none, or none of the actor's.

    A basket that has become an order is left alone, since the order's checkout knows it: its lines are copied, unless
    they are bought.
    """
    cart = db.session.scalar(select(Cart).where(Cart.id == cart_id).with_for_update()) if cart_id else None
    if cart is not None and (not cart.is_of(actor.user_id) or is_bought(cart)):
        cart = None
    if cart is None or cart.order_id is not None:
        old = cart
        cart = Cart(id=new_id(), user_id=actor.user_id, locale=locale, replaces_id=old.id if old else None)
        write_soon(cart)
        if old is not None:
            _copy_lines(old.id, cart.id)
        return cart
    if cart.user_id is None and actor.user_id is not None:
        cart.user_id = actor.user_id
    cart.updated_at = utc_now()
    return cart


def is_bought(cart: Cart) -> bool:
    """Whether the basket has become an order that is paid, or looked at by a person."""
    if cart.order_id is None:
        return False
    return db.session.scalar(select(Order.status).where(Order.id == cart.order_id)) in SETTLED


def _copy_lines(old_id: uuid.UUID, new_cart_id: uuid.UUID) -> None:
    lines = db.session.execute(
        select(CartLine.offer_id, CartLine.quantity, CartLine.seen_price_vnd)
        .where(CartLine.cart_id == old_id)
        .order_by(CartLine.id)
    ).all()
    db.session.add_all(CartLine(id=new_id(), cart_id=new_cart_id, **line._asdict()) for line in lines)
    vouchers = db.session.scalars(select(CartVoucher.promotion_id).where(CartVoucher.cart_id == old_id)).all()
    db.session.add_all(CartVoucher(cart_id=new_cart_id, promotion_id=promotion_id) for promotion_id in vouchers)
    db.session.flush()
