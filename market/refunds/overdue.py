"""Balances that nobody paid: what they are for is cancelled, its deposit goes back. That is what buyers are told."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from core.db import db
from market.collections.models import Collection, CollectionReason, CollectionStatus
from market.collections.usecases import lock_collection
from market.payments.purposes import RefundReason
from market.refunds.automatic import give_back_by_itself
from market.refunds.cancelling import put_back
from market.refunds.pieces import RefundPart

REASON = "The rest was not paid in time"


def unpaid_balance_ids(*, now: datetime, limit: int) -> Sequence[uuid.UUID]:
    """The balances that should have been paid before `now`, those due first ahead."""
    return db.session.scalars(
        select(Collection.id)
        .where(
            Collection.reason == CollectionReason.BALANCE,
            Collection.status == CollectionStatus.OPEN,
            Collection.due_at < now,
        )
        .order_by(Collection.due_at, Collection.id)
        .limit(limit)
    ).all()


def give_back_unpaid_balance(*, collection_id: uuid.UUID, now: datetime) -> bool:
    """Cancel what a balance is for that was not paid before `now`; whether that was done now.

    What is paid in full in the same parcel is sent. Order and stock are locked, so each has a transaction of its own.
    One that cannot be given back, since its payment is disputed for example, is put before a person, and tried again.
    Raises NotFound.
    """
    order, parcel, collection = lock_collection(collection_id)
    if collection.status != CollectionStatus.OPEN or collection.due_at >= now:
        return False
    lines = [line for line in parcel.lines if line.balance_vnd]
    units = {line.id: line.quantity - line.cancelled_quantity for line in lines}
    return give_back_by_itself(
        order_id=order.id,
        parts=[RefundPart(line_id, quantity) for line_id, quantity in units.items()],
        reason=RefundReason.BALANCE_UNPAID,
        request_key=f"balance-{collection.id}",
        and_then=lambda: put_back(order.id, lines, units, reason=REASON),
    )
