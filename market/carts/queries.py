"""Reading baskets, for the basket page and for checkout."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import BindParameter, Row, ScalarSelect, Uuid, bindparam, func, select

from catalog.places.models import Commune
from catalog.producers.models import Producer
from catalog.products.models import Product, ProductStatus
from catalog.products.naming import names_with_variant
from core.db import Asked, SettledStatement, ask, db, known, settled
from market.carts.models import Cart, CartLine, CartVoucher
from market.carts.waiting import held_units, is_of, waiting_order_id
from market.delivery.rules import Shipment
from market.offers.availability import available_units, left_in_lot, open_cycle_id
from market.offers.models import Offer, OfferStatus, OrderCycle
from market.offers.prices import unit_price
from market.offers.rules import Demand, Quantities, available_together, unit_grams
from market.orders.models import Order, OrderStatus
from traceability.recalls.queries import is_off_sale

SETTLED = (OrderStatus.PAID, OrderStatus.CASH_DUE, OrderStatus.SHIPPED, OrderStatus.NEEDS_REVIEW)
"""States of an order with which the basket that it was is over."""


@dataclass(frozen=True)
class BasketLine:
    """One line as it is now: prices in dong, `available` sold units that can be bought, none when it is off sale.

    What the unpaid order of its basket holds can be bought.
    """

    id: uuid.UUID
    offer_id: uuid.UUID
    quantity: int
    price_vnd: int
    seen_price_vnd: int
    available: int
    unit: str
    content_quantity: int
    product_slug: str
    name_vi: str
    name_en: str
    illustration: str
    photo_key: str | None
    category: str = ""
    is_recalled: bool = False
    quantities: Quantities = field(default_factory=Quantities)
    price_per_kg_vnd: int | None = None
    average_grams: int | None = None
    weight_tolerance_percent: int | None = None
    harvest_from: date | None = None
    harvest_until: date | None = None
    deposit_percent: int | None = None
    unit_grams: int = 0
    needs_cool_chain: bool = False

    @property
    def total_vnd(self) -> int:
        """Price of the whole line in dong, as far as it can be bought."""
        return self.price_vnd * min(self.quantity, self.available)

    @property
    def price_changed(self) -> bool:
        """Whether the price is another one than the shopper saw last."""
        return self.price_vnd != self.seen_price_vnd

    @property
    def is_short(self) -> bool:
        """Whether less is there than the line asks for."""
        return self.available < self.quantity

    @property
    def is_allowed(self) -> bool:
        """Whether one order may take this quantity, as the producer sells it now."""
        return self.quantities.allows(self.quantity)

    @property
    def can_take(self) -> int:
        """The most that can be taken of what is asked for, in steps that are sold; 0 for nothing."""
        return self.quantities.at_most(min(self.quantity, self.available))


@dataclass(frozen=True)
class BasketParcel:
    """The lines that one producer packs together."""

    producer_id: uuid.UUID
    producer_slug: str
    producer_name: str
    commune: str
    lines: tuple[BasketLine, ...]

    @property
    def goods_vnd(self) -> int:
        """Price of the goods in dong."""
        return sum(line.total_vnd for line in self.lines)

    @property
    def shipment(self) -> Shipment:
        """What is sent, as far as it can be bought."""
        harvests = (line.harvest_from for line in self.lines if line.harvest_from is not None)
        return Shipment(
            grams=sum(line.unit_grams * min(line.quantity, line.available) for line in self.lines),
            goods_vnd=self.goods_vnd,
            needs_cool_chain=any(line.needs_cool_chain for line in self.lines),
            not_before=max(harvests, default=None),
        )


@dataclass(frozen=True)
class Basket:
    """A basket, by producers, with the vouchers typed into it.

    `awaiting_order` is the token of the order it became, while that waits for payment. `waiting_order_id` is the id of
    that order, or of the one of the basket that this one replaces.
    """

    id: uuid.UUID | None
    parcels: tuple[BasketParcel, ...]
    awaiting_order: str | None = None
    voucher_ids: tuple[uuid.UUID, ...] = ()
    waiting_order_id: uuid.UUID | None = None

    @property
    def lines(self) -> list[BasketLine]:
        """All lines."""
        return [line for parcel in self.parcels for line in parcel.lines]

    @property
    def goods_vnd(self) -> int:
        """Price of all goods in dong, without delivery."""
        return sum(parcel.goods_vnd for parcel in self.parcels)

    @property
    def can_check_out(self) -> bool:
        """Whether everything in it can be bought as it is."""
        return bool(self.parcels) and not any(line.is_short or not line.is_allowed for line in self.lines)


EMPTY = Basket(id=None, parcels=())


def get_basket(cart_id: uuid.UUID | None, buyer_id: uuid.UUID | None = None) -> Basket:
    """The basket with `cart_id`, in one query; an empty one when there is none or its order is paid or over.

    That of another account than `buyer_id` is as good as none. Prices are those of `buyer_id`, where it is on price
    lists.
    """
    return ask_basket(cart_id, buyer_id).value


def ask_basket(cart_id: uuid.UUID | None, buyer_id: uuid.UUID | None) -> Asked[Basket]:
    """As `get_basket`, asked for now."""
    if cart_id is None:
        return known(EMPTY)
    statement = _basket_statement(has_buyer=buyer_id is not None)
    return ask(statement, {"cart_id": cart_id, "buyer_id": buyer_id}).then(lambda rows: _basket(cart_id, rows))


def _basket(cart_id: uuid.UUID, rows: Sequence[Any]) -> Basket:
    if not rows or rows[0].order_status in SETTLED:
        return EMPTY
    held: Counter[uuid.UUID | None] = Counter()
    for row in rows:
        held[row.lot_id] += row.held * row.content_quantity
    parcels = []
    for _producer_id, group in groupby(rows, key=lambda row: row.producer_id):
        members = list(group)
        first = members[0]
        together = available_together(_demand(row, held[row.lot_id]) for row in members)
        lines = tuple(_line(row, available) for row, available in zip(members, together, strict=True))
        parcels.append(BasketParcel(first.producer_id, first.producer_slug, first.producer_name, first.commune, lines))
    first = rows[0]
    waits = first.order_id is not None and first.order_id == first.waiting_order_id
    return Basket(
        cart_id,
        tuple(parcels),
        awaiting_order=first.order_token if waits else None,
        voucher_ids=tuple(sorted(first.voucher_ids or ())),
        waiting_order_id=first.waiting_order_id,
    )


@cache
def _basket_statement(*, has_buyer: bool) -> SettledStatement:
    """The lines of the basket `cart_id`, at the prices of the account `buyer_id` if there is one."""
    cart_id = bindparam("cart_id", type_=Uuid())
    buyer_id = bindparam("buyer_id", type_=Uuid()) if has_buyer else None
    return settled(
        select(
            CartLine.id,
            CartLine.offer_id,
            CartLine.quantity,
            CartLine.seen_price_vnd,
            unit_price(CartLine.quantity, buyer_id).label("price_vnd"),
            available_units().label("free"),
            held_units(cart_id, buyer_id).label("held"),
            Offer.lot_id,
            left_in_lot().label("left_in_lot"),
            Offer.status.label("offer_status"),
            Offer.unit,
            Offer.content_quantity,
            Offer.min_quantity,
            Offer.quantity_step,
            Offer.max_quantity,
            Offer.price_per_kg_vnd,
            Offer.average_grams,
            Offer.weight_tolerance_percent,
            Offer.shipping_grams,
            Offer.needs_cool_chain,
            OrderCycle.harvest_from,
            OrderCycle.harvest_until,
            OrderCycle.deposit_percent,
            vouchers_of(cart_id).label("voucher_ids"),
            Product.slug.label("product_slug"),
            Product.status.label("product_status"),
            *names_with_variant(),
            Product.illustration,
            Product.photo_key,
            Product.category,
            is_off_sale(Product.id).label("is_recalled"),
            Producer.id.label("producer_id"),
            Producer.slug.label("producer_slug"),
            Producer.name.label("producer_name"),
            Commune.name.label("commune"),
            Order.status.label("order_status"),
            Order.token.label("order_token"),
            Order.id.label("order_id"),
            waiting_order_id(cart_id, buyer_id).label("waiting_order_id"),
        )
        .join(Cart, Cart.id == CartLine.cart_id)
        .join(Offer, Offer.id == CartLine.offer_id)
        .outerjoin(Offer.variant)
        .join(Product, Product.id == Offer.product_id)
        .join(Producer, Producer.id == Product.producer_id)
        .join(Commune, Commune.code == Producer.commune_code)
        .outerjoin(Order, Order.id == Cart.order_id)
        .outerjoin(OrderCycle, Offer.is_preorder & (OrderCycle.id == open_cycle_id()))
        .where(CartLine.cart_id == cart_id, is_of(Cart.user_id, buyer_id))
        .order_by(Producer.name, Producer.id, CartLine.id)
    )


def vouchers_of(cart_id: BindParameter[uuid.UUID]) -> ScalarSelect[list[uuid.UUID]]:
    """The SQL of the vouchers in a basket, as an array; NULL without any."""
    return select(func.array_agg(CartVoucher.promotion_id)).where(CartVoucher.cart_id == cart_id).scalar_subquery()


def is_open(cart_id: uuid.UUID) -> bool:
    """Whether there is something in the basket that was not bought with it: what `get_basket` shows."""
    statement = (
        select(CartLine.id)
        .join(Cart, Cart.id == CartLine.cart_id)
        .outerjoin(Order, Order.id == Cart.order_id)
        .where(Cart.id == cart_id, Order.status.is_(None) | Order.status.not_in(SETTLED))
    )
    return db.session.scalar(select(statement.exists())) is True


def _demand(row: Row[*tuple[Any, ...]], held_in_lot: int) -> Demand:
    """What a line asks for; its own unpaid order holds some of the offer, and of what its lot has left."""
    on_sale = row.offer_status == OfferStatus.ACTIVE and row.product_status == ProductStatus.PUBLISHED
    available = 0 if row.is_recalled else (max(row.free, 0) if on_sale else 0) + row.held
    left_in_lot = row.left_in_lot + held_in_lot if row.lot_id is not None else None
    return Demand(row.quantity, available, row.content_quantity, row.lot_id, left_in_lot)


def _line(row: Row[*tuple[Any, ...]], available: int) -> BasketLine:
    return BasketLine(
        id=row.id,
        offer_id=row.offer_id,
        quantity=row.quantity,
        price_vnd=row.price_vnd,
        seen_price_vnd=row.seen_price_vnd,
        available=available,
        unit=str(row.unit),
        content_quantity=row.content_quantity,
        product_slug=row.product_slug,
        name_vi=row.name_vi,
        name_en=row.name_en,
        illustration=row.illustration,
        photo_key=row.photo_key,
        category=str(row.category),
        is_recalled=row.is_recalled,
        quantities=Quantities(row.min_quantity, row.quantity_step, row.max_quantity),
        price_per_kg_vnd=row.price_per_kg_vnd,
        average_grams=row.average_grams,
        weight_tolerance_percent=row.weight_tolerance_percent,
        harvest_from=row.harvest_from,
        harvest_until=row.harvest_until,
        deposit_percent=row.deposit_percent,
        unit_grams=unit_grams(
            unit=row.unit,
            content_quantity=row.content_quantity,
            average_grams=row.average_grams,
            shipping_grams=row.shipping_grams,
        ),
        needs_cool_chain=row.needs_cool_chain,
    )
