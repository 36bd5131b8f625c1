"""The lines of a basket as an order takes them: locked, and checked once more."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Row, Uuid, bindparam, case, select

from catalog.producers.models import Producer
from catalog.products.models import Product, ProductStatus, ProductVariant
from catalog.products.naming import names_with_variant
from core.db import Base, SettledStatement, load_each, settled
from core.i18n import current_locale
from market.carts.models import CartLine
from market.carts.queries import vouchers_of
from market.checkout.errors import BasketEmpty, LineNotAllowed
from market.offers.availability import open_cycle_id
from market.offers.models import Offer, OrderCycle
from market.offers.prices import unit_price
from market.offers.rules import Quantities, unit_grams
from market.offers.stock import Shortage, SoldOut, offers_to_lock
from traceability.recalls.queries import locks_against_recall

LineRow = Row[*tuple[Any, ...]]
"""A line of a basket with its offer, product and producer; `voucher_ids` are those of the whole basket."""


def read_lines(cart_id: uuid.UUID, buyer_id: uuid.UUID | None) -> tuple[Sequence[LineRow], dict[uuid.UUID, Offer]]:
    """The basket's lines, and their offers, which are locked: price and stock stay as they are read here."""
    statements = _locks_and_lines(has_buyer=buyer_id is not None)
    offers, _locked, off_sale, rows = load_each(statements, {"cart_id": cart_id, "buyer_id": buyer_id})
    if not offers:
        raise BasketEmpty
    recalled = {row.product_id for row in off_sale}
    gone = [
        Shortage(row.offer_id, row.quantity, 0)
        for row in rows
        if row.product_status != ProductStatus.PUBLISHED or row.product_id in recalled
    ]
    if gone:
        raise SoldOut(gone)
    for row in rows:
        if not Quantities(row.min_quantity, row.quantity_step, row.max_quantity).allows(row.quantity):
            raise LineNotAllowed(row.name_en if current_locale() == "en" else row.name_vi)
    return rows, {offer.id: offer for offer in offers}


@cache
def _locks_and_lines(*, has_buyer: bool) -> list[tuple[type[Base] | None, SettledStatement]]:
    """To lock the offers, then the products, and to read the lines, which then stay as they are."""
    in_cart = select(CartLine.offer_id).where(CartLine.cart_id == bindparam("cart_id"))
    locked, off_sale = locks_against_recall(select(Offer.product_id).where(Offer.id.in_(in_cart)))
    lines = _lines_statement(has_buyer=has_buyer)
    return [(Offer, offers_to_lock(Offer.id.in_(in_cart))), (None, locked), (None, off_sale), (None, lines)]


def _lines_statement(*, has_buyer: bool) -> SettledStatement:
    """The lines of the basket `cart_id`, at the prices of the account `buyer_id` if there is one."""
    cart_id = bindparam("cart_id", type_=Uuid())
    buyer_id = bindparam("buyer_id", type_=Uuid()) if has_buyer else None
    return settled(
        select(
            CartLine.offer_id,
            CartLine.quantity,
            unit_price(CartLine.quantity, buyer_id).label("price_vnd"),
            Offer.unit,
            Offer.content_quantity,
            Offer.min_quantity,
            Offer.quantity_step,
            Offer.max_quantity,
            Offer.lot_id,
            Offer.price_per_kg_vnd,
            Offer.average_grams,
            Offer.weight_tolerance_percent,
            Offer.shipping_grams,
            Offer.needs_cool_chain,
            case((Offer.is_preorder, open_cycle_id())).label("cycle_id"),
            Product.status.label("product_status"),
            *names_with_variant(),
            Product.name_vi.label("product_name_vi"),
            Product.name_en.label("product_name_en"),
            ProductVariant.name_vi.label("variant_name_vi"),
            ProductVariant.name_en.label("variant_name_en"),
            Product.producer_id,
            Product.id.label("product_id"),
            Producer.name.label("producer_name"),
            OrderCycle.harvest_from,
            vouchers_of(cart_id).label("voucher_ids"),
        )
        .join(Offer, Offer.id == CartLine.offer_id)
        .outerjoin(Offer.variant)
        .join(Product, Product.id == Offer.product_id)
        .join(Producer, Producer.id == Product.producer_id)
        .outerjoin(OrderCycle, Offer.is_preorder & (OrderCycle.id == open_cycle_id()))
        .where(CartLine.cart_id == cart_id)
        .order_by(Product.producer_id, CartLine.id)
    )


def demand_of(rows: Sequence[LineRow]) -> dict[uuid.UUID, int]:
    demand: defaultdict[uuid.UUID, int] = defaultdict(int)
    for row in rows:
        demand[row.offer_id] += row.quantity
    return dict(demand)


def grams_of(row: LineRow) -> int:
    """What one unit of a line adds to the weight of its parcel."""
    return unit_grams(
        unit=row.unit,
        content_quantity=row.content_quantity,
        average_grams=row.average_grams,
        shipping_grams=row.shipping_grams,
    )
