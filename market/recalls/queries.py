"""Reads of what recalls reached: sales of lots, orders that hold them."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from catalog.producers.policies import may_act_for
from catalog.producers.queries import producers_of
from core.accounts import Actor, RoleName
from core.db import db
from market.orders.models import Order, OrderLine, Parcel
from market.orders.queries import units_of
from market.orders.record_models import ReplacementLine
from market.recalls.models import RecalledOrder
from traceability.lots.models import Lot
from traceability.recalls.models import Recall, RecallLot
from traceability.recalls.policies import may_decide
from traceability.recalls.sales import Sale

MOST_SALES = 2000


@dataclass(frozen=True, slots=True)
class SentGoods:
    """So many units of an order line that left in a parcel, the first time or again, from one lot."""

    line: OrderLine
    lot: Lot
    quantity: int
    units: int
    sscc: str
    sent_at: datetime | None

    @property
    def amount_vnd(self) -> int:
        """What they cost, in dong."""
        return self.line.settled_vnd * self.quantity // self.line.quantity


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
    for sent in _sent_from(lot_ids, limit=MOST_SALES):
        order, parcel = sent.line.parcel.order, sent.line.parcel
        sees = sees_all or parcel.producer_id in own
        sales.append(
            Sale(
                lot_id=sent.lot.id,
                sscc=sent.sscc,
                order_number=order.number,
                units=sent.units,
                state=str(parcel.status),
                sent_at=sent.sent_at,
                buyer_name=order.buyer_name if sees else None,
                phone=order.buyer_phone if sees else None,
                email=order.buyer_email if sees else None,
                refund_requested_at=asked.get(order.id),
            )
        )
    return sales


def affected_orders(recall_id: uuid.UUID) -> list[AffectedOrder]:
    """The orders that were packed, or sent again, from the lots of a recall, the oldest first."""
    lot_ids = db.session.scalars(select(RecallLot.lot_id).where(RecallLot.recall_id == recall_id)).all()
    sent = sorted(_sent_from(lot_ids), key=attrgetter("line.parcel.order_id", "line.id"))
    return [_affected(group) for _order_id, group in groupby(sent, key=attrgetter("line.parcel.order_id"))]


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


def _sent_from(lot_ids: Collection[uuid.UUID], *, limit: int | None = None) -> list[SentGoods]:
    """What left from these lots, the newest line first: in first parcels, and in those of goods sent again."""
    lines = db.session.scalars(
        select(OrderLine)
        .join(OrderLine.parcel)
        .join(Parcel.order)
        .options(
            contains_eager(OrderLine.parcel).contains_eager(Parcel.order),
            joinedload(OrderLine.lot).joinedload(Lot.product),
        )
        .where(OrderLine.lot_id.in_(lot_ids))
        .order_by(OrderLine.id.desc())
        .limit(limit)
    ).unique()
    again = db.session.scalars(
        select(ReplacementLine)
        .options(
            joinedload(ReplacementLine.order_line).joinedload(OrderLine.parcel).joinedload(Parcel.order),
            joinedload(ReplacementLine.lot).joinedload(Lot.product),
        )
        .where(ReplacementLine.lot_id.in_(lot_ids))
        .order_by(ReplacementLine.id.desc())
        .limit(limit)
    ).unique()
    found = [
        SentGoods(line, line.lot, line.quantity, units_of(line), line.parcel.sscc or "", line.parcel.shipped_at)
        for line in lines
        if line.lot is not None
    ]
    found += [
        SentGoods(
            item.order_line,
            item.lot,
            item.quantity,
            item.quantity * item.order_line.content_quantity,
            item.sscc,
            item.sent_at,
        )
        for item in again
    ]
    return sorted(found, key=attrgetter("line.id"), reverse=True)[:limit]


def _affected(sent: Iterable[SentGoods]) -> AffectedOrder:
    members = list(sent)
    order = members[0].line.parcel.order
    goods = tuple(f"{item.quantity} × {item.line.name(order.locale)} ({item.lot.lot_number})" for item in members)
    # Units that were sent again from a recalled lot in place of others from one are paid for once.
    paid = {item.line.id: 0 for item in members}
    for item in members:
        paid[item.line.id] = max(paid[item.line.id], item.amount_vnd)
    return AffectedOrder(order, goods, sum(paid.values()))
