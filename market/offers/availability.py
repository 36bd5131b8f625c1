"""How much of an offer can be bought: what is free in its stock and, where it is tied to a lot, left of that lot.

What is ordered before its harvest can be bought while a cycle is open.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    Uuid,
    any_,
    bindparam,
    case,
    cast,
    func,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from catalog.products.models import Product
from core.db import SettledStatement, ask_each, db, settled
from market.offers.models import Offer, OrderCycle
from market.orders.models import OrderLine, Parcel, ParcelStatus
from market.orders.promises import units_to_pack
from traceability.lots.models import HoldingStatus, Lot, LotHolding


@dataclass(frozen=True)
class Available:
    """How many sold units of an offer can be bought, and what is left of its lot, for all offers tied to that."""

    units: int
    left_in_lot: int | None


def _unsold_in_lot() -> ColumnElement[Any]:
    """What lies loose of the lot of an offer beside what is sold and waits to be packed, as the lot is counted."""
    loose = (
        select(
            case(
                (Lot.unit == "kg", LotHolding.grams / 1000),
                (Lot.unit == "100g", LotHolding.grams / 100),
                else_=LotHolding.units,
            )
        )
        .join_from(LotHolding, Lot, Lot.id == LotHolding.lot_id)
        .join(Product, Product.producer_id == LotHolding.holder_id)
        .where(
            LotHolding.lot_id == Offer.lot_id,
            LotHolding.status == HoldingStatus.LOOSE,
            LotHolding.sscc == "",
            Product.id == Offer.product_id,
        )
        .correlate(Offer)
        .scalar_subquery()
    )
    to_pack = (
        select(units_to_pack())
        .join_from(OrderLine, Parcel, Parcel.id == OrderLine.parcel_id)
        .where(
            OrderLine.promised_lot_id == Offer.lot_id,
            OrderLine.lot_id.is_(None),
            Parcel.status == ParcelStatus.TO_PACK,
        )
        .correlate(Offer)
        .scalar_subquery()
    )
    return func.coalesce(loose, 0) - func.coalesce(to_pack, 0)


def left_in_lot() -> ColumnElement[int]:
    """The SQL of what can be bought of an offer's lot, by any of the offers tied to it; NULL where there is no lot.

    As the lot is counted: one sold unit takes the offer's content of it.
    """
    alike = aliased(Offer)
    held = (
        select(func.sum(alike.reserved * alike.content_quantity))
        .where(alike.lot_id == Offer.lot_id)
        .correlate(Offer)
        .scalar_subquery()
    )
    left = cast(func.floor(_unsold_in_lot() - func.coalesce(held, 0)), Integer)
    return case((Offer.lot_id.is_not(None), left))


def available_units() -> ColumnElement[int]:
    """The SQL of how many sold units of an offer can be bought now; the statement around it selects from offers."""
    free = Offer.on_hand - Offer.reserved
    in_lot = func.greatest(func.least(free, func.floor(left_in_lot() / Offer.content_quantity)), 0)
    return cast(
        case((Offer.is_preorder & open_cycle_id().is_(None), 0), (Offer.lot_id.is_(None), free), else_=in_lot), Integer
    )


def open_cycle_id() -> ScalarSelect[uuid.UUID]:
    """The SQL of the id of an offer's open cycle, of several the one that closes first; NULL when none is open."""
    now = func.now()
    return (
        select(OrderCycle.id)
        .where(
            OrderCycle.offer_id == Offer.id,
            OrderCycle.cancelled_at.is_(None),
            OrderCycle.opens_at <= now,
            OrderCycle.closes_at > now,
        )
        .order_by(OrderCycle.closes_at, OrderCycle.id)
        .limit(1)
        .correlate(Offer)
        .scalar_subquery()
    )


def lock_available(offer_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Available]:
    """How much of these offers, which are locked, can be bought now; until the transaction ends, nobody takes it.

    Offers of one lot sell from the same goods, so whoever sells or counts one of them waits for the others.
    """
    if not offer_ids:
        return {}
    _locked, rows = ask_each((_locked_lots(), _available()), {"offer_ids": list(offer_ids)}).value
    return {row.id: Available(row.units, row.left_in_lot) for row in rows}


def lock_units_in_lot(offer_id: uuid.UUID) -> int:
    """How many sold units the lot of an offer can give, beside those of other offers tied to it.

    The offer is locked, and tied to a lot, of which nobody sells or counts anything until the transaction ends.
    """
    _locked, rows = ask_each((_locked_lots(), _unsold()), {"offer_ids": [offer_id]}).value
    (row,) = rows
    return max(int(row.left // row.content_quantity), 0)


def lock_stock_of(lot_ids: Collection[uuid.UUID]) -> None:
    """Until the transaction ends, nobody sells or counts anything of these lots. Their rows may be locked already."""
    db.session.execute(_locked(Lot.id, Lot.id.in_(lot_ids)))


@cache
def _locked_lots() -> SettledStatement:
    """To lock the lots of these offers for all who sell and count, in one order.

    Not their rows: recalls lock those before the products, and sales lock the products before this.
    """
    return settled(_locked(Offer.lot_id, _asked_for() & Offer.lot_id.is_not(None)))


def _locked(lot_id: InstrumentedAttribute[Any], condition: ColumnElement[bool]) -> Select[Any]:
    key = func.hashtextextended(func.concat("stock of lot ", lot_id), 0).label("key")
    keys = select(key).where(condition).distinct().order_by(key).subquery()
    return select(func.pg_advisory_xact_lock(keys.c.key))


@cache
def _available() -> SettledStatement:
    return settled(
        select(Offer.id, available_units().label("units"), left_in_lot().label("left_in_lot")).where(_asked_for())
    )


@cache
def _unsold() -> SettledStatement:
    other = aliased(Offer)
    elsewhere = (
        select(func.sum(other.on_hand * other.content_quantity))
        .where(other.lot_id == Offer.lot_id, other.id != Offer.id)
        .correlate(Offer)
        .scalar_subquery()
    )
    left = _unsold_in_lot() - func.coalesce(elsewhere, 0)
    return settled(select(left.label("left"), Offer.content_quantity).where(_asked_for()))


def _asked_for() -> ColumnElement[bool]:
    return Offer.id == any_(bindparam("offer_ids", type_=ARRAY(Uuid())))
