"""Reads of what recalls reached: sales of lots, orders that hold them."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from catalog.producers.policies import may_act_for
from catalog.producers.queries import producers_of
from core.accounts import Actor, RoleName
from core.db import db
from market.orders.models import Order, OrderLine, Parcel
from market.orders.queries import units_of
from market.recalls.models import RecalledOrder
from traceability.lots.models import Lot
from traceability.recalls.models import Recall, RecallLot
from traceability.recalls.policies import may_decide
from traceability.recalls.sales import Sale

MOST_SALES = 2000


@dataclass(frozen=True, slots=True)
class AffectedOrder:
    """An order, the recalled lots and amounts in it (in its buyer's language), and their price in dong."""

    order: Order
    goods: tuple[str, ...]
    amount_vnd: int


def sales_of_lots(actor: Actor, lot_ids: Collection[uuid.UUID]) -> Sequence[Sale]:
    """The sales of these lots, newest first, at most 2,000; buyers only of the actor's own producers, or for officers.

    Implements `traceability.recalls.sales.SalesSource`.
    """
    own = {producer.id for producer in producers_of(actor)}
    sees_all = may_decide(actor)
    asked = {
        (row.order_id): row.refund_requested_at
        for row in db.session.execute(
            select(RecalledOrder.order_id, RecalledOrder.refund_requested_at)
            .join(RecallLot, RecallLot.recall_id == RecalledOrder.recall_id)
            .where(RecallLot.lot_id.in_(lot_ids), RecalledOrder.refund_requested_at.is_not(None))
        )
    }
    sales = []
    for line in db.session.scalars(_lines_of(lot_ids).order_by(OrderLine.id.desc()).limit(MOST_SALES)).unique():
        order, parcel = line.parcel.order, line.parcel
        sees = sees_all or parcel.producer_id in own
        assert line.lot_id is not None
        sales.append(
            Sale(
                lot_id=line.lot_id,
                sscc=parcel.sscc or "",
                order_number=order.number,
                units=units_of(line),
                state=str(parcel.status),
                sent_at=parcel.shipped_at,
                buyer_name=order.buyer_name if sees else None,
                phone=order.buyer_phone if sees else None,
                email=order.buyer_email if sees else None,
                refund_requested_at=asked.get(order.id),
            )
        )
    return sales


def affected_orders(recall_id: uuid.UUID) -> list[AffectedOrder]:
    """The orders that were packed from the lots of a recall, the oldest first."""
    lot_ids = db.session.scalars(select(RecallLot.lot_id).where(RecallLot.recall_id == recall_id)).all()
    lines = db.session.scalars(_lines_of(lot_ids).order_by(Parcel.order_id, OrderLine.id)).unique().all()
    return [_affected(group) for _order_id, group in groupby(lines, key=attrgetter("parcel.order_id"))]


def recalls_of_order(order_id: uuid.UUID) -> list[RecalledOrder]:
    """What of an order was recalled, newest recall first, with the recalls."""
    return list(
        db.session.scalars(
            select(RecalledOrder)
            .join(RecalledOrder.recall)
            .options(contains_eager(RecalledOrder.recall))
            .where(RecalledOrder.order_id == order_id)
            .order_by(Recall.id.desc())
        )
    )


def may_settle(actor: Actor, row: RecalledOrder) -> bool:
    """Whether `actor` notes that money was given back: administrators, and members of the recall's producer."""
    producer_id = db.session.scalar(select(Recall.producer_id).where(Recall.id == row.recall_id))
    return actor.has_role(RoleName.ADMINISTRATOR) or (producer_id is not None and may_act_for(actor, producer_id))


def _lines_of(lot_ids: Collection[uuid.UUID]) -> Select[OrderLine]:
    return (
        select(OrderLine)
        .join(OrderLine.parcel)
        .join(Parcel.order)
        .options(
            contains_eager(OrderLine.parcel).contains_eager(Parcel.order),
            joinedload(OrderLine.lot).joinedload(Lot.product),
        )
        .where(OrderLine.lot_id.in_(lot_ids))
    )


def _affected(lines: Iterable[OrderLine]) -> AffectedOrder:
    members = list(lines)
    order = members[0].parcel.order
    goods = tuple(
        f"{line.quantity} × {line.name(order.locale)} ({line.lot.lot_number})"
        for line in members
        if line.lot is not None
    )
    return AffectedOrder(order, goods, sum(line.settled_vnd for line in members))
