"""At sign-in the basket of the browser and the basket of the account become one."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from core.accounts import Actor
from core.db import db, new_id, utc_now
from market.carts.models import Cart, CartLine, CartVoucher
from market.carts.queries import SETTLED
from market.carts.rules import MAX_LINES, MAX_VOUCHERS
from market.carts.usecases import is_bought, open_cart
from market.orders.models import Order, OrderStatus

KEPT_FOR: Final = timedelta(days=60)
"""A basket that its owner has not touched for longer is not brought back."""


def merge_baskets(*, actor: Actor, cart_id: uuid.UUID | None, locale: str = "vi") -> tuple[uuid.UUID | None, int]:
    """Merge the browser's basket `cart_id` with the latest one of the actor's account.

    Gives back the basket to hold, or None, and how many lines found no room in it: the newest of both stay.

    Of an offer in both the larger number stays, so nothing is bought twice; limits and stock are not exceeded by that,
    and the basket's page names what changed meanwhile. Vouchers of both stay, up to the limit, the browser's first.
    An unpaid order stays what it is: the merged basket replaces it, as a changed one does. Where both have an unpaid
    order, the browser's basket is held, and the other order stays on its own page. A basket that belongs to another
    account is left alone.
    """
    assert actor.user_id is not None
    theirs_id = _latest_of(actor.user_id, but=cart_id)
    carts = _lock([cart_id, theirs_id])
    ours, theirs = _usable(carts.get(cart_id)), carts.get(theirs_id)
    if ours is not None and not ours.is_of(actor.user_id):
        ours = None
    if ours is None or theirs is None:
        kept = ours or theirs
        if kept is not None:
            kept.user_id = actor.user_id
            db.session.flush()
        return (kept.id if kept is not None else None), 0
    we_wait, they_wait = _waits(ours), _waits(theirs)
    if we_wait and they_wait and we_wait != they_wait:
        ours.user_id, ours.updated_at = actor.user_id, utc_now()
        db.session.flush()
        return ours.id, 0
    base, other = (ours, theirs) if we_wait else (theirs, ours)
    target = open_cart(actor, base.id, locale)
    wanted = _newest_first(ours.id, theirs.id)
    _add_lines(target.id, other.id)
    _leave_out(target.id, wanted[MAX_LINES:])
    _set_vouchers(target.id, ours.id, theirs.id)
    if other.order_id is None:
        db.session.delete(other)
    db.session.flush()
    return target.id, len(wanted[MAX_LINES:])


def _latest_of(user_id: uuid.UUID, *, but: uuid.UUID | None) -> uuid.UUID | None:
    """The basket that the account has filled last, on whichever device, if there is something in it to buy."""
    later = aliased(Cart)
    return db.session.scalar(
        select(Cart.id)
        .outerjoin(Order, Order.id == Cart.order_id)
        .where(
            Cart.user_id == user_id,
            Cart.id.is_distinct_from(but),
            Cart.updated_at > utc_now() - KEPT_FOR,
            or_(Order.id.is_(None), Order.status.not_in(SETTLED)),
            exists().where(CartLine.cart_id == Cart.id),
            ~exists().where(later.replaces_id == Cart.id),
        )
        .order_by(Cart.updated_at.desc(), Cart.id)
        .limit(1)
    )


def _lock(cart_ids: list[uuid.UUID | None]) -> dict[uuid.UUID | None, Cart]:
    rows = db.session.scalars(
        select(Cart)
        .where(Cart.id.in_([cart_id for cart_id in cart_ids if cart_id is not None]))
        .order_by(Cart.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {cart.id: cart for cart in rows}


def _usable(cart: Cart | None) -> Cart | None:
    """The basket, if it holds something that is not bought yet."""
    if cart is None:
        return None
    lines = db.session.scalar(select(func.count()).where(CartLine.cart_id == cart.id))
    return cart if lines and not is_bought(cart) else None


def _waits(cart: Cart) -> uuid.UUID | None:
    """The unpaid order that this basket became, or that of the basket it replaces."""
    order_ids = select(Cart.order_id).where(or_(Cart.id == cart.id, Cart.id == cart.replaces_id))
    return db.session.scalar(
        select(Order.id).where(Order.id.in_(order_ids), Order.status == OrderStatus.AWAITING_PAYMENT).limit(1)
    )


def _newest_first(*cart_ids: uuid.UUID) -> list[uuid.UUID]:
    """The offers in these baskets, each once, the one that came in last before the others, as the lines' ids tell."""
    lines = select(CartLine.offer_id).where(CartLine.cart_id.in_(cart_ids)).order_by(CartLine.id.desc())
    return list(dict.fromkeys(db.session.scalars(lines)))


def _leave_out(target_id: uuid.UUID, offer_ids: Sequence[uuid.UUID]) -> None:
    db.session.execute(delete(CartLine).where(CartLine.cart_id == target_id, CartLine.offer_id.in_(offer_ids)))


def _add_lines(target_id: uuid.UUID, other_id: uuid.UUID) -> None:
    """Bring the lines of another basket in; of an offer in both the larger number stays."""
    lines = db.session.execute(
        select(CartLine.offer_id, CartLine.quantity, CartLine.seen_price_vnd)
        .where(CartLine.cart_id == other_id)
        .order_by(CartLine.offer_id)
    ).all()
    statement = insert(CartLine).values([{"id": new_id(), "cart_id": target_id, **line._asdict()} for line in lines])
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["cart_id", "offer_id"],
            set_={"quantity": func.greatest(CartLine.quantity, statement.excluded.quantity)},
        )
    )


def _set_vouchers(target_id: uuid.UUID, *cart_ids: uuid.UUID) -> None:
    """Let the target have the vouchers of these baskets, as many as one takes, those of the first ones before."""
    rows = db.session.execute(
        select(CartVoucher.cart_id, CartVoucher.promotion_id)
        .where(CartVoucher.cart_id.in_(cart_ids))
        .order_by(CartVoucher.promotion_id)
    ).all()
    found = [promotion_id for wanted in cart_ids for cart_id, promotion_id in rows if cart_id == wanted]
    kept = list(dict.fromkeys(found))[:MAX_VOUCHERS]
    db.session.execute(delete(CartVoucher).where(CartVoucher.cart_id == target_id))
    db.session.add_all(CartVoucher(cart_id=target_id, promotion_id=promotion_id) for promotion_id in kept)
