"""Reading collections."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from market.collections.models import Collection, CollectionReason, CollectionStatus
from market.collections.policies import may_waive
from market.orders.models import Parcel
from market.payments.models import Payment, PaymentStatus

MOST_OF_ORDER = 200


def collections_of_order(order_id: uuid.UUID) -> Sequence[Collection]:
    """What is or was still to be paid for an order, the oldest first."""
    return db.session.scalars(
        select(Collection).where(Collection.order_id == order_id).order_by(Collection.id).limit(MOST_OF_ORDER)
    ).all()


def collections_of_parcel(parcel_id: uuid.UUID) -> Sequence[Collection]:
    """What is or was still to be paid for a parcel, the oldest first."""
    return db.session.scalars(
        select(Collection).where(Collection.parcel_id == parcel_id).order_by(Collection.id).limit(MOST_OF_ORDER)
    ).all()


def find_open_balance(parcel_id: uuid.UUID) -> Collection | None:
    """What is still to be paid of a parcel with a deposit, once its buyer was asked for it."""
    return db.session.scalar(
        select(Collection).where(
            Collection.parcel_id == parcel_id,
            Collection.reason == CollectionReason.BALANCE,
            Collection.status.in_([CollectionStatus.OPEN, CollectionStatus.NEEDS_REVIEW]),
        )
    )


def find_collection_id(*, order_id: uuid.UUID, collection_id: uuid.UUID) -> uuid.UUID:
    """The id of a collection, once it is known to be of this order. Raises NotFound."""
    statement = select(Collection.id).where(Collection.id == collection_id, Collection.order_id == order_id)
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def get_collection_to_waive(actor: Actor, collection_id: uuid.UUID) -> Collection:
    """A collection with order and parcel that the actor may let go of; a balance is never. Raises NotFound."""
    collection = db.session.scalar(
        select(Collection)
        .where(Collection.id == collection_id, Collection.reason == CollectionReason.HEAVIER)
        .options(joinedload(Collection.order), joinedload(Collection.parcel).joinedload(Parcel.producer))
        .execution_options(populate_existing=True)
    )
    if collection is None or not may_waive(actor, collection.parcel):
        raise NotFound
    return collection


def pays_for_order(order_id: uuid.UUID) -> ColumnElement[bool]:
    """The condition that a payment is for this order, or for something that was collected for it later."""
    collected = select(Collection.id).where(Collection.order_id == order_id)
    return or_(Payment.order_id == order_id, Payment.collection_id.in_(collected))


def order_id_of_payment(payment: Payment) -> uuid.UUID | None:
    """The order that a payment belongs to, its first one or one that collected more; None for a sale at a stall."""
    if payment.collection_id is None:
        return payment.order_id
    return db.session.scalar(select(Collection.order_id).where(Collection.id == payment.collection_id))


def payments_that_collected(order_id: uuid.UUID) -> Sequence[Payment]:
    """The payments whose money an order holds besides its first, the oldest first."""
    found = db.session.scalars(
        select(Payment)
        .join(Collection, Collection.id == Payment.collection_id)
        .where(
            Collection.order_id == order_id,
            Collection.status == CollectionStatus.PAID,
            Payment.status.in_([PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED]),
        )
        .order_by(Collection.id, Payment.attempt)
        .limit(MOST_OF_ORDER)
    )
    # Of several attempts, the last one paid it; an earlier one came too late and went back.
    return list({payment.collection_id: payment for payment in found}.values())


def due_collection_ids(*, reason: CollectionReason, due_before: datetime, limit: int) -> Sequence[uuid.UUID]:
    """Open collections for this reason due before that time whose buyer was not reminded yet, those due first ahead."""
    return db.session.scalars(
        select(Collection.id)
        .where(
            Collection.status == CollectionStatus.OPEN,
            Collection.reason == reason,
            Collection.due_at < due_before,
            Collection.reminded_at.is_(None),
        )
        .order_by(Collection.due_at, Collection.id)
        .limit(limit)
    ).all()
