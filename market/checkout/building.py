"""The rows of a new order."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import bindparam, select

from core.accounts import Actor
from core.db import (
    Asked,
    SettledStatement,
    ask,
    new_id,
    readable_code,
    secret_token,
    settled,
    utc_now,
)
from market.checkout.delivery import AgreedDelivery
from market.checkout.lines import LineRow, grams_of
from market.orders.chosen_delivery import delivery_columns
from market.orders.models import Order, OrderLine, Parcel
from market.payments.rules import PAGE_LIFETIME
from market.promotions.models import Bearer
from market.promotions.rules import BasketPrice


@dataclass(frozen=True)
class Recipient:
    """Who gets an order and where: `phone` as E.164, `commune_code` from the official list."""

    name: str
    phone: str
    commune_code: str
    address: str
    email: str | None = None
    note: str | None = None


def build_order(
    *,
    number: str,
    actor: Actor,
    rows: Sequence[LineRow],
    price: BasketPrice,
    recipient: Recipient,
    deliveries: Mapping[uuid.UUID, AgreedDelivery],
    commission_basis_points: int,
    locale: str,
) -> Order:
    order_id = new_id()
    parcels: dict[uuid.UUID, Parcel] = {}
    for row in rows:
        if row.producer_id not in parcels:
            delivery = deliveries[row.producer_id]
            parcels[row.producer_id] = Parcel(
                id=new_id(),
                order_id=order_id,
                producer_id=row.producer_id,
                goods_vnd=0,
                delivery_vnd=delivery.option.fee_vnd,
                producer_discount_vnd=price.on_parcel(str(row.producer_id), Bearer.PRODUCER),
                site_discount_vnd=price.on_parcel(str(row.producer_id), Bearer.SITE),
                commission_basis_points=commission_basis_points,
                lines=[],
                **delivery_columns(delivery.option, delivery.time),
            )
        line = _build_line(row, parcels[row.producer_id].id, discount_vnd=price.on_line(str(row.offer_id)))
        parcels[row.producer_id].lines.append(line)
        parcels[row.producer_id].goods_vnd += line.line_total_vnd
    goods_vnd = sum(parcel.goods_vnd for parcel in parcels.values())
    delivery_vnd = sum(parcel.delivery_vnd for parcel in parcels.values())
    return Order(
        id=order_id,
        number=number,
        token=secret_token(),
        user_id=actor.user_id,
        buyer_name=recipient.name,
        buyer_phone=recipient.phone,
        buyer_email=recipient.email,
        commune_code=recipient.commune_code,
        address=recipient.address,
        note=recipient.note,
        locale=locale,
        goods_vnd=goods_vnd,
        delivery_vnd=delivery_vnd,
        discount_vnd=price.discount_vnd,
        total_vnd=goods_vnd + delivery_vnd - price.discount_vnd,
        reserved_until=utc_now() + PAGE_LIFETIME,
        parcels=list(parcels.values()),
    )


def _build_line(row: LineRow, parcel_id: uuid.UUID, *, discount_vnd: int) -> OrderLine:
    return OrderLine(
        id=new_id(),
        parcel_id=parcel_id,
        offer_id=row.offer_id,
        product_name_vi=row.product_name_vi,
        product_name_en=row.product_name_en,
        variant_name_vi=row.variant_name_vi,
        variant_name_en=row.variant_name_en,
        unit=row.unit,
        content_quantity=row.content_quantity,
        quantity=row.quantity,
        unit_price_vnd=row.price_vnd,
        line_total_vnd=row.price_vnd * row.quantity,
        discount_vnd=discount_vnd,
        promised_lot_id=row.lot_id,
        cycle_id=row.cycle_id,
        unit_grams=grams_of(row),
        price_per_kg_vnd=row.price_per_kg_vnd,
        estimated_grams=row.average_grams * row.quantity if row.average_grams is not None else None,
        weight_tolerance_percent=row.weight_tolerance_percent,
    )


def ask_for_number() -> Asked[str]:
    """A number nobody has: two groups of four signs that cannot be confused when read aloud."""
    code = readable_code(8)
    number = f"{code[:4]}-{code[4:]}"
    is_taken = ask(_order_with_number(), {"number": number})
    return is_taken.then(lambda rows: ask_for_number().value if rows else number)


@cache
def _order_with_number() -> SettledStatement:
    return settled(select(Order.id).where(Order.number == bindparam("number")))
