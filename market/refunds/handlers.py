"""Money that goes back by itself: goods that weigh less than ordered, harvests that failed. Again changes nothing."""

import uuid

from sqlalchemy import select

from core.db import db
from market.offers.events import OrderCycleCancelled
from market.orders.events import ParcelRepriced
from market.orders.models import OrderLine, Parcel, ParcelStatus
from market.orders.usecases import lock_order
from market.payments.purposes import RefundReason
from market.refunds.automatic import give_back_by_itself
from market.refunds.pieces import RefundPart
from market.refunds.queries import refunded_so_far
from market.refunds.rules import set_off_heavier


def give_back_lighter(event: ParcelRepriced) -> None:
    """Give back what the buyer paid for weight that is not there.

    What other lines of the parcel weigh more is set off first; a parcel that weighs more in all is left to collections.
    """
    if event.difference_vnd >= 0:
        return
    order_id = db.session.scalars(select(Parcel.order_id).where(Parcel.id == event.parcel_id)).one()
    parcel = next(parcel for parcel in lock_order(order_id).parcels if parcel.id == event.parcel_id)
    lines = [line for line in parcel.lines if line.final_vnd is not None]
    set_off = set_off_heavier([line.weight_difference_vnd for line in lines])
    for line, amount in zip(lines, set_off, strict=True):
        line.collected_vnd = amount
    so_far = refunded_so_far(parcel.order_id)
    parts = []
    for line in parcel.lines:
        if line.final_vnd is None:
            continue
        too_much = line.charged_vnd - so_far.of_line(line).amount_vnd - line.paid_vnd
        if too_much > 0:
            parts.append(RefundPart(line.id, 0, too_much))
    delivery = min(parcel.delivery_too_much_vnd, so_far.left_of_delivery(parcel))
    if parts or delivery > 0:
        give_back_by_itself(
            order_id=parcel.order_id,
            parts=parts,
            reason=RefundReason.PACKED_WEIGHT,
            request_key=f"weight-{parcel.id}",
            delivery_of={parcel.id: delivery} if delivery > 0 else {},
        )


def give_back_failed_harvest(event: OrderCycleCancelled) -> None:
    """Give back what was paid for a harvest that failed."""
    rows = db.session.execute(
        select(Parcel.order_id, OrderLine.id, OrderLine.quantity - OrderLine.cancelled_quantity)
        .join(Parcel, Parcel.id == OrderLine.parcel_id)
        .where(
            OrderLine.cycle_id == event.cycle_id,
            Parcel.status == ParcelStatus.TO_PACK,
            OrderLine.quantity > OrderLine.cancelled_quantity,
        )
        .order_by(Parcel.order_id, OrderLine.id)
    ).all()
    by_order: dict[uuid.UUID, list[RefundPart]] = {}
    for order_id, line_id, units in rows:
        by_order.setdefault(order_id, []).append(RefundPart(line_id, units))
    for order_id, parts in by_order.items():
        give_back_by_itself(
            order_id=order_id,
            parts=parts,
            reason=RefundReason.HARVEST_FAILED,
            request_key=f"harvest-{event.cycle_id}",
        )
