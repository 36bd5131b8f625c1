"""Buying again what an order had: what is still sold goes into the basket at today's prices, the rest is named."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, Uuid, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from catalog.products.models import Product, ProductStatus
from catalog.products.naming import name_with_variant
from core.accounts import Actor
from core.db import db, new_id
from market.carts.models import Cart, CartLine
from market.carts.queries import SETTLED
from market.carts.rules import MAX_LINES
from market.carts.usecases import count_lines, open_cart
from market.carts.waiting import is_of, units_for
from market.offers.models import Offer, OfferStatus
from market.offers.prices import unit_price
from market.offers.rules import Quantities
from market.orders.models import Order, OrderLine, Parcel
from traceability.recalls.queries import is_off_sale


@dataclass(frozen=True)
class LineAgain:
    """One line of the order: how many were bought, how many the basket now has, and what a unit cost then and now.

    One that found the basket full has no room.
    """

    name_vi: str
    name_en: str
    wanted: int
    in_basket: int
    before_vnd: int
    price_vnd: int
    has_room: bool = True

    @property
    def is_gone(self) -> bool:
        """Whether none of it can be bought."""
        return self.in_basket == 0 and self.has_room

    @property
    def is_fewer(self) -> bool:
        """Whether fewer can be bought than last time."""
        return 0 < self.in_basket < self.wanted

    @property
    def costs_else(self) -> bool:
        """Whether it is in the basket at another price than last time."""
        return self.in_basket > 0 and self.price_vnd != self.before_vnd


def buy_again(
    *, actor: Actor, cart_id: uuid.UUID | None, order_id: uuid.UUID, locale: str = "vi"
) -> tuple[uuid.UUID | None, list[LineAgain]]:
    """Put what is still sold of an order into the basket; the basket's id, and what became of each line.

    The basket then has at least as many of each as the order had, as far as stock and the producer's quantities allow;
    what was in it stays, and what is one line too many is left out. The caller has checked whose order it is.
    """
    rows = _lines(order_id, cart_id, actor.user_id)
    already = _in_basket(cart_id, [row.offer_id for row in rows], actor.user_id)
    totals = {row.offer_id: _total(row, already.get(row.offer_id, 0)) for row in rows}
    new = {offer_id: total for offer_id, total in totals.items() if total > already.get(offer_id, 0)}
    left_out: set[uuid.UUID] = set()
    if new:
        cart_id = open_cart(actor, cart_id, locale).id
        room = MAX_LINES - count_lines(cart_id=cart_id).value
        left_out.update([offer_id for offer_id in new if offer_id not in already][max(room, 0) :])
        _put(cart_id, {offer_id: total for offer_id, total in new.items() if offer_id not in left_out}, actor.user_id)
    return cart_id, [
        LineAgain(
            row.name_vi,
            row.name_en,
            row.wanted,
            in_basket=0 if row.offer_id in left_out else totals[row.offer_id],
            before_vnd=row.before_vnd,
            price_vnd=row.price_vnd,
            has_room=row.offer_id not in left_out,
        )
        for row in rows
    ]


def _lines(
    order_id: uuid.UUID, cart_id: uuid.UUID | None, buyer_id: uuid.UUID | None
) -> Sequence[Row[*tuple[object, ...]]]:
    return db.session.execute(
        select(
            OrderLine.offer_id,
            OrderLine.quantity.label("wanted"),
            name_with_variant(OrderLine.product_name_vi, OrderLine.variant_name_vi).label("name_vi"),
            name_with_variant(OrderLine.product_name_en, OrderLine.variant_name_en).label("name_en"),
            OrderLine.unit_price_vnd.label("before_vnd"),
            unit_price(OrderLine.quantity, buyer_id).label("price_vnd"),
            units_for(bindparam("cart_id", cart_id, type_=Uuid()), buyer_id).label("available"),
            Offer.status.label("offer_status"),
            Product.status.label("product_status"),
            is_off_sale(Product.id).label("is_recalled"),
            Offer.min_quantity,
            Offer.quantity_step,
            Offer.max_quantity,
        )
        .join(Parcel, Parcel.id == OrderLine.parcel_id)
        .join(Offer, Offer.id == OrderLine.offer_id)
        .join(Product, Product.id == Offer.product_id)
        .where(Parcel.order_id == order_id)
        .order_by(OrderLine.id)
    ).all()


def _total(row: Row[*tuple[object, ...]], already: int) -> int:
    """How many of an offer the basket has afterwards: what it has already, if that is more."""
    values = row._mapping
    is_sold = values["offer_status"] == OfferStatus.ACTIVE and values["product_status"] == ProductStatus.PUBLISHED
    if not is_sold or values["is_recalled"]:
        return 0
    quantities = Quantities(values["min_quantity"], values["quantity_step"], values["max_quantity"])
    return max(quantities.at_most(min(values["wanted"], max(values["available"], 0))), already)


def _in_basket(
    cart_id: uuid.UUID | None, offer_ids: Sequence[uuid.UUID], buyer_id: uuid.UUID | None
) -> dict[uuid.UUID, int]:
    """How many of these offers the buyer's basket has, unless it is bought already."""
    rows = db.session.execute(
        select(CartLine.offer_id, CartLine.quantity)
        .join(Cart, Cart.id == CartLine.cart_id)
        .outerjoin(Order, Order.id == Cart.order_id)
        .where(
            CartLine.cart_id == cart_id,
            CartLine.offer_id.in_(offer_ids),
            is_of(Cart.user_id, buyer_id),
            or_(Order.id.is_(None), Order.status.not_in(SETTLED)),
        )
    )
    return {row.offer_id: row.quantity for row in rows}


def _put(cart_id: uuid.UUID, totals: dict[uuid.UUID, int], buyer_id: uuid.UUID | None) -> None:
    if not totals:
        return
    prices = {
        offer_id: db.session.scalars(select(unit_price(total, buyer_id)).where(Offer.id == offer_id)).one()
        for offer_id, total in sorted(totals.items())
    }
    statement = insert(CartLine).values(
        [
            {
                "id": new_id(),
                "cart_id": cart_id,
                "offer_id": offer_id,
                "quantity": total,
                "seen_price_vnd": prices[offer_id],
            }
            for offer_id, total in sorted(totals.items())
        ]
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["cart_id", "offer_id"],
            set_={
                "quantity": func.greatest(CartLine.quantity, statement.excluded.quantity),
                "seen_price_vnd": statement.excluded.seen_price_vnd,
            },
        )
    )
