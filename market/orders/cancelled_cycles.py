"""Orders of a harvest that failed: unpaid ones end, paid ones are marked so that their buyers get the money back."""

import uuid

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from core.accounts import ANONYMOUS
from core.db import db, utc_now
from market.orders.mails import OrderEnding
from market.orders.models import Order, OrderLine, OrderStatus, Parcel
from market.orders.record_models import CancelledCycleOrder
from market.orders.usecases import expire_order, lock_order


def mark_orders_of_cycle(*, cycle_id: uuid.UUID) -> int:
    """Mark each paid order with goods of this cycle, with what was paid for them; how many were new."""
    paid = OrderLine.line_total_vnd - OrderLine.discount_vnd - OrderLine.balance_vnd - OrderLine.withdrawn_vnd
    amounts = db.session.execute(
        select(Order.id, func.sum(paid))
        .join(Parcel, Parcel.order_id == Order.id)
        .join(OrderLine, OrderLine.parcel_id == Parcel.id)
        .where(OrderLine.cycle_id == cycle_id, Order.status == OrderStatus.PAID)
        .group_by(Order.id)
        .order_by(Order.id)
    ).all()
    marked = 0
    for order_id, amount in amounts:
        if amount > 0:
            row = db.session.execute(
                insert(CancelledCycleOrder)
                .values(cycle_id=cycle_id, order_id=order_id, amount_vnd=int(amount), marked_at=utc_now())
                .on_conflict_do_nothing()
                .returning(CancelledCycleOrder.order_id)
            ).first()
            marked += row is not None
    return marked


def unpaid_orders_of_cycle(cycle_id: uuid.UUID) -> list[uuid.UUID]:
    """The orders with goods of this cycle that wait for payment, in the order in which they are locked."""
    return list(
        db.session.scalars(
            select(Order.id)
            .join(Parcel, Parcel.order_id == Order.id)
            .join(OrderLine, OrderLine.parcel_id == Parcel.id)
            .where(OrderLine.cycle_id == cycle_id, Order.status == OrderStatus.AWAITING_PAYMENT)
            .distinct()
            .order_by(Order.id)
        )
    )


def end_unpaid_order(*, order_id: uuid.UUID) -> bool:
    """End an order that waits for payment, since its harvest failed; whether it still waited."""
    order = lock_order(order_id)
    if order.status != OrderStatus.AWAITING_PAYMENT:
        return False
    expire_order(actor=ANONYMOUS, order=order, reason="The harvest failed", tell=OrderEnding.HARVEST_FAILED)
    return True
