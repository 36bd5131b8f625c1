"""Paid orders for tests of what comes after: refunds, disputes, reconciliation."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select

from core.accounts import Actor, RoleName, User
from core.db import db
from market.offers.models import Offer
from market.orders.models import OrderLine, Parcel
from market.payments import flow
from market.payments.purposes import PurposeKind
from tests.support.paying import VISA, LiveSandbox, place


def pay_for(live: LiveSandbox, *lines: tuple[Offer, int], card: str = VISA) -> uuid.UUID:
    """Place an order, pay it on the hosted page, and come back; the order's id."""
    order_id = place(*lines)
    live.pay(flow.start_payment(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live.gateway), card)
    flow.finish_payments(kind=PurposeKind.ORDER, purpose_id=order_id, gateway=live.gateway)
    return order_id


def lines_of(order_id: uuid.UUID) -> Sequence[OrderLine]:
    """The lines of an order as they are in the database now."""
    return db.session.scalars(
        select(OrderLine)
        .join(Parcel, Parcel.id == OrderLine.parcel_id)
        .where(Parcel.order_id == order_id)
        .order_by(OrderLine.id)
        .execution_options(populate_existing=True)
    ).all()


def actor_of(user: User) -> Actor:
    """Somebody with this account."""
    return Actor(user.id, frozenset(RoleName(role.name) for role in user.roles), user.display_name)
