"""Buyers who ordered and did not pay: one mail with the way back, while their goods are still held."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core.db import db, utc_now
from market.orders.mails import mail_order_waits
from market.orders.models import Order, OrderStatus, Parcel


def remind_to_pay(*, placed_before: datetime, limit: int) -> int:
    """Mail the buyers of orders that still wait for payment and were placed before then, once; how many."""
    statement = (
        select(Order)
        .where(
            Order.status == OrderStatus.AWAITING_PAYMENT,
            Order.placed_at < placed_before,
            Order.payment_reminded_at.is_(None),
            Order.buyer_email.is_not(None),
        )
        .options(selectinload(Order.parcels).selectinload(Parcel.lines))
        .order_by(Order.placed_at, Order.id)
        .limit(limit)
        .with_for_update(of=Order, skip_locked=True)
    )
    orders = db.session.scalars(statement).all()
    for order in orders:
        order.payment_reminded_at = utc_now()
        mail_order_waits(order)
    db.session.flush()
    return len(orders)
