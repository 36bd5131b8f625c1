"""Balances that nobody paid: what they are for is cancelled, its deposit goes back. That is what buyers are told."""

import uuid
from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import select

from core.accounts import ANONYMOUS
from core.db import db
from core.errors import AppError
from market.collections.models import Collection, CollectionReason, CollectionStatus
from market.collections.usecases import lock_collection
from market.payments.purposes import RefundReason
from market.refunds.cancelling import put_back
from market.refunds.pieces import RefundPart
from market.refunds.usecases import request_order_refund

REASON = "The rest was not paid in time"
log = structlog.get_logger("refunds")


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
    """Cancel what a balance is for that was not paid before `now`; whether it still waited.

    What is paid in full in the same parcel is sent. Order and stock are locked, so each has a transaction of its own.
    One that cannot be given back, since its payment is disputed for example, is left to a person. Raises NotFound.
    """
    order, parcel, collection = lock_collection(collection_id)
    if collection.status != CollectionStatus.OPEN or collection.due_at >= now:
        return False
    lines = [line for line in parcel.lines if line.balance_vnd]
    units = {line.id: line.quantity - line.cancelled_quantity for line in lines}
    try:
        with db.session.begin_nested():
            request_order_refund(
                actor=ANONYMOUS,
                order_id=order.id,
                parts=[RefundPart(line_id, quantity) for line_id, quantity in units.items()],
                reason=RefundReason.BALANCE_UNPAID,
                request_key=f"balance-{collection.id}",
            )
            put_back(order.id, lines, units, reason=REASON)
    except AppError as error:
        log.error("a deposit must be given back by hand", order_id=str(order.id), why=type(error).__name__)
        return False
    return True
