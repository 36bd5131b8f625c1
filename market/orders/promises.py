"""What of a lot is promised to orders and not packed yet: whoever packs something else leaves so much in the lot."""

import uuid
from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, func, select

from core.db import db
from market.orders.models import Order, OrderLine, OrderStatus, Parcel, ParcelStatus


def promised_units(lot_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many units of these lots are promised to orders, as the lots are counted; no entry where none are.

    To those that are paid and wait to be packed, and to those that hold goods until they are paid.
    """
    rows = db.session.execute(
        select(OrderLine.promised_lot_id, units_to_pack())
        .join_from(OrderLine, Parcel, Parcel.id == OrderLine.parcel_id)
        .where(
            OrderLine.promised_lot_id.in_(lot_ids),
            OrderLine.lot_id.is_(None),
            (Parcel.status == ParcelStatus.TO_PACK) | Parcel.order_id.in_(orders_that_hold_stock()),
        )
        .group_by(OrderLine.promised_lot_id)
    )
    return {lot_id: units for lot_id, units in rows if lot_id is not None}


def units_to_pack() -> ColumnElement[int]:
    """The SQL of how many units of their lots order lines take together; not what was given back before packing."""
    return func.sum((OrderLine.quantity - OrderLine.cancelled_quantity) * OrderLine.content_quantity)


def orders_that_hold_stock() -> Select[uuid.UUID]:
    """The ids of orders whose goods are reserved and not sold yet."""
    return select(Order.id).where(Order.status.in_([OrderStatus.AWAITING_PAYMENT, OrderStatus.NEEDS_REVIEW]))
