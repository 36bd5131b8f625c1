"""Orders that nobody went on to pay."""

from datetime import datetime

from sqlalchemy import exists, func, select

from core.accounts import ANONYMOUS
from core.db import db
from market.offers.stock import lock_offers
from market.orders.mails import OrderEnding
from market.orders.models import Order, OrderLine, OrderStatus, Parcel
from market.orders.usecases import expire_order, lock_order
from market.payments.models import Payment, PaymentStatus
from market.promotions.uses import lock_promotions_of


def expire_abandoned_orders(*, reserved_before: datetime, limit: int) -> int:
    """Close unpaid orders that nobody has a page to pay on, held until before that time; how many there were.

    An order with a live payment ends with its payment. This finds those whose payment was never started, or was
    refused, and lets go of what they hold.
    """
    has_live_payment = exists().where(
        Payment.order_id == Order.id, Payment.status.in_([PaymentStatus.PENDING, PaymentStatus.OPEN])
    )
    statement = (
        select(Order.id)
        .where(
            Order.status == OrderStatus.AWAITING_PAYMENT,
            func.coalesce(Order.reserved_until, Order.placed_at) < reserved_before,
            ~has_live_payment,
        )
        .order_by(Order.placed_at, Order.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    order_ids = list(db.session.scalars(statement))
    held = select(OrderLine.offer_id).join(Parcel).where(Parcel.order_id.in_(order_ids)).distinct()
    lock_offers(list(db.session.scalars(held)))
    lock_promotions_of(order_ids)
    for order_id in order_ids:
        order = lock_order(order_id)
        if order.status == OrderStatus.AWAITING_PAYMENT:
            expire_order(actor=ANONYMOUS, order=order, reason="Not paid in time", tell=OrderEnding.NOT_PAID)
    return len(order_ids)
