"""Harvests that can be ordered beforehand: opening their cycles, and cancelling them when the harvest fails."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select

from catalog.products.events import ProductChanged
from core.accounts import Actor
from core.db import db, new_id, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.i18n import lazy_gettext as _l
from core.i18n.local_time import local_day
from core.outbox import publish
from market.offers.events import OrderCycleCancelled
from market.offers.models import Offer, OrderCycle
from market.offers.policies import require_own_offer
from market.offers.stock import lock_offers
from market.orders.models import Order, OrderLine, OrderStatus, Parcel
from market.orders.record_models import CancelledCycleOrder

LONGEST = timedelta(days=400)


@dataclass(frozen=True)
class CycleValues:
    """When a harvest can be ordered, between which days it is picked, how much of it is paid at once (None: all)."""

    opens_at: datetime
    closes_at: datetime
    harvest_from: date
    harvest_until: date
    deposit_percent: int | None = None


@dataclass(frozen=True)
class OrderedInCycle:
    """What was ordered of a cycle: paid orders, and sold units in them."""

    orders: int
    units: int


def open_cycle(*, actor: Actor, offer_id: uuid.UUID, values: CycleValues) -> OrderCycle:
    """Let a harvest be ordered beforehand. Its stock is what the producer expects to pick.

    Raises NotFound when the offer is not the actor's; Conflict when it is not sold before the harvest, or another cycle
    is open at that time; Invalid by field. Publishes ProductChanged.
    """
    offer = require_own_offer(actor, offer_id)
    db.session.refresh(offer, with_for_update=True)
    if not offer.is_preorder:
        raise Conflict(_l("Say first, in its terms, that it is sold before the harvest."))
    _refuse_nonsense(values)
    overlap = select(OrderCycle.id).where(
        OrderCycle.offer_id == offer_id,
        OrderCycle.cancelled_at.is_(None),
        OrderCycle.opens_at < values.closes_at,
        OrderCycle.closes_at > values.opens_at,
    )
    if db.session.scalars(overlap.limit(1)).first() is not None:
        raise Conflict(_l("Another harvest can be ordered at that time already."), field="opens_at")
    cycle = OrderCycle(id=new_id(), offer_id=offer_id, created_by=actor.user_id, **values.__dict__)
    db.session.add(cycle)
    db.session.flush()
    publish(ProductChanged(product_id=offer.product_id))
    return cycle


def cancel_cycle(*, actor: Actor, cycle_id: uuid.UUID, reason: str) -> OrderCycle:
    """The harvest failed: nobody can order it any more, and paid orders are marked for refund. Happens once.

    Publishes OrderCycleCancelled and ProductChanged. Raises NotFound, Conflict when it was cancelled before.
    """
    cycle = get_cycle(actor, cycle_id)
    # Who is ordering now holds the offer: their order is there, or they find the harvest cancelled.
    offer = lock_offers([cycle.offer_id])[cycle.offer_id]
    db.session.refresh(cycle, with_for_update=True)
    if cycle.cancelled_at is not None:
        raise Conflict(_l("This harvest was cancelled already."))
    cycle.cancelled_at, cycle.cancelled_by, cycle.cancel_reason = utc_now(), actor.user_id, reason
    db.session.flush()
    publish(OrderCycleCancelled(cycle_id=cycle_id))
    publish(ProductChanged(product_id=offer.product_id))
    return cycle


def tell_of_turned_cycles(*, since: datetime, until: datetime) -> int:
    """Publish ProductChanged for each product of which a cycle opened or closed in that time; how many there were.

    Lists that are made beforehand, such as the search engine's, then say whether it can be bought.
    """
    product_ids = db.session.scalars(
        select(Offer.product_id)
        .join(OrderCycle, OrderCycle.offer_id == Offer.id)
        .where(
            OrderCycle.cancelled_at.is_(None),
            OrderCycle.opens_at.between(since, until) | OrderCycle.closes_at.between(since, until),
        )
        .distinct()
        .order_by(Offer.product_id)
    ).all()
    for product_id in product_ids:
        publish(ProductChanged(product_id=product_id))
    return len(product_ids)


def get_cycle(actor: Actor, cycle_id: uuid.UUID) -> OrderCycle:
    """A cycle of one of the actor's offers. Raises NotFound."""
    cycle = db.session.get(OrderCycle, cycle_id)
    if cycle is None:
        raise NotFound
    require_own_offer(actor, cycle.offer_id)
    return cycle


def cycles_of(offer_id: uuid.UUID) -> Select[OrderCycle]:
    """The cycles of an offer, the newest first; give it to `paginate`."""
    return select(OrderCycle).where(OrderCycle.offer_id == offer_id).order_by(OrderCycle.opens_at.desc(), OrderCycle.id)


def ordered_in(cycle_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, OrderedInCycle]:
    """What was ordered and paid of each of these cycles, in one query."""
    rows = db.session.execute(
        select(OrderLine.cycle_id, func.count(Order.id.distinct()), func.sum(OrderLine.quantity))
        .join(Parcel, Parcel.id == OrderLine.parcel_id)
        .join(Order, Order.id == Parcel.order_id)
        .where(OrderLine.cycle_id.in_(cycle_ids), Order.status.in_((OrderStatus.PAID, OrderStatus.SHIPPED)))
        .group_by(OrderLine.cycle_id)
    )
    return {cycle_id: OrderedInCycle(orders, int(units)) for cycle_id, orders, units in rows if cycle_id is not None}


def to_refund(cycle_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """What is marked to go back to buyers of each of these cycles, in dong."""
    rows = db.session.execute(
        select(CancelledCycleOrder.cycle_id, func.sum(CancelledCycleOrder.amount_vnd))
        .where(CancelledCycleOrder.cycle_id.in_(cycle_ids))
        .group_by(CancelledCycleOrder.cycle_id)
    )
    return {cycle_id: int(amount) for cycle_id, amount in rows}


def _refuse_nonsense(values: CycleValues) -> None:
    now = utc_now()
    if values.closes_at <= max(values.opens_at, now):
        raise Invalid(_l("It closes after it opens, and later than now."), field="closes_at")
    if values.harvest_until < values.harvest_from:
        raise Invalid(_l("The last day is not before the first."), field="harvest_until")
    if values.harvest_until < local_day(values.opens_at):
        raise Invalid(_l("It is picked after it can be ordered."), field="harvest_until")
    if values.deposit_percent is not None and not 10 <= values.deposit_percent <= 90:
        raise Invalid(_l("From 10 to 90 per cent."), field="deposit_percent")
    if values.closes_at - now > LONGEST or values.harvest_until - local_day(now) > LONGEST:
        raise Invalid(_l("Choose days within a year."), field="harvest_until")
