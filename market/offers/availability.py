"""How much of an offer can be bought: what is free in its stock and, where it is tied to a lot, left of that lot.

What is ordered before its harvest can be bought while a cycle is open.
"""

import uuid
from collections.abc import Collection

from sqlalchemy import ColumnElement, Integer, ScalarSelect, case, cast, func, select

from catalog.products.models import Product
from core.db import db
from market.offers.models import Offer, OrderCycle
from market.orders.models import OrderLine, Parcel, ParcelStatus
from traceability.lots.models import HoldingStatus, Lot, LotHolding


def _lot_bound() -> ColumnElement[int]:
    """For how many sold units the lot of an offer has enough left, beside what is sold and waits to be packed."""
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
        select(func.sum(OrderLine.quantity * OrderLine.content_quantity))
        .join_from(OrderLine, Parcel, Parcel.id == OrderLine.parcel_id)
        .where(
            OrderLine.promised_lot_id == Offer.lot_id,
            OrderLine.lot_id.is_(None),
            Parcel.status == ParcelStatus.TO_PACK,
        )
        .correlate(Offer)
        .scalar_subquery()
    )
    left = func.coalesce(loose, 0) - func.coalesce(to_pack, 0)
    return func.greatest(func.floor(left / Offer.content_quantity), 0)


def available_units() -> ColumnElement[int]:
    """The SQL of how many sold units of an offer can be bought now; the statement around it selects from offers."""
    in_lot = func.greatest(func.least(Offer.on_hand, _lot_bound()) - Offer.reserved, 0)
    return cast(
        case(
            (Offer.is_preorder & open_cycle_id().is_(None), 0),
            (Offer.lot_id.is_(None), Offer.on_hand - Offer.reserved),
            else_=in_lot,
        ),
        Integer,
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


def available_now(offer_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many sold units of these offers can be bought now."""
    if not offer_ids:
        return {}
    db.session.flush()
    rows = db.session.execute(select(Offer.id, available_units()).where(Offer.id.in_(offer_ids)))
    return {offer_id: int(available) for offer_id, available in rows}


def units_in_lot(offer_id: uuid.UUID) -> int:
    """How many sold units the lot of an offer can give, beside those of other offers tied to it.

    The offer is tied to a lot.
    """
    db.session.flush()
    others = select(Offer.lot_id).where(Offer.id == offer_id).scalar_subquery()
    elsewhere = select(func.coalesce(func.sum(Offer.on_hand * Offer.content_quantity), 0)).where(
        Offer.lot_id == others, Offer.id != offer_id
    )
    taken = int(db.session.scalar(elsewhere) or 0)
    row = db.session.execute(
        select(cast(_lot_bound(), Integer), Offer.content_quantity).where(Offer.id == offer_id)
    ).one()
    return max(0, int(row[0]) - -(-taken // row[1]))
