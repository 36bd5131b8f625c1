"""Reading payments."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from core.db import db
from core.errors import NotFound
from market.payments.models import Payment, PaymentChange, PaymentStatus, Refund, RefundStatus
from market.payments.purposes import PurposeKind
from market.payments.usecases import of_purpose

MOST_CHANGES = 200


def get_payment(payment_id: uuid.UUID) -> Payment:
    """A payment by its id. Raises NotFound."""
    payment = db.session.get(Payment, payment_id)
    if payment is None:
        raise NotFound
    return payment


def list_payments(kind: PurposeKind, purpose_id: uuid.UUID) -> list[Payment]:
    """All attempts to pay one purpose, the latest first."""
    return list(
        db.session.scalars(select(Payment).where(of_purpose(kind, purpose_id)).order_by(Payment.attempt.desc()))
    )


def changes_of_payments(kind: PurposeKind, purpose_id: uuid.UUID) -> Sequence[PaymentChange]:
    """What became of all attempts to pay one purpose and of their refunds, with who did it, the latest first."""
    return db.session.scalars(
        select(PaymentChange)
        .join(Payment, Payment.id == PaymentChange.payment_id)
        .where(of_purpose(kind, purpose_id))
        .options(joinedload(PaymentChange.actor))
        .order_by(PaymentChange.id.desc())
        .limit(MOST_CHANGES)
    ).all()


def overdue_payment_ids(*, before: datetime, limit: int) -> list[uuid.UUID]:
    """Live payments whose page ended before `before`, the longest overdue first."""
    return list(
        db.session.scalars(
            select(Payment.id)
            .where(Payment.status.in_([PaymentStatus.PENDING, PaymentStatus.OPEN]), Payment.expires_at < before)
            .order_by(Payment.expires_at, Payment.id)
            .limit(limit)
        )
    )


def live_payment_ids(*, created_before: datetime, limit: int) -> list[uuid.UUID]:
    """Live payments made before `created_before`, those that end first ahead."""
    return list(
        db.session.scalars(
            select(Payment.id)
            .where(Payment.status.in_([PaymentStatus.PENDING, PaymentStatus.OPEN]), Payment.created_at < created_before)
            .order_by(Payment.expires_at, Payment.id)
            .limit(limit)
        )
    )


def pending_refund_ids(*, limit: int) -> list[uuid.UUID]:
    """Refunds that the vendor has not finished, the oldest first; before them those it was not asked for yet.

    Banks think over some for days. However many these are, they keep no other from being asked for.
    """
    return list(
        db.session.scalars(
            select(Refund.id)
            .where(Refund.status == RefundStatus.PENDING)
            .order_by(Refund.external_id.is_not(None), Refund.created_at, Refund.id)
            .limit(limit)
        )
    )


def find_refund(payment_id: uuid.UUID) -> Refund | None:
    """The latest refund of a payment."""
    return db.session.scalar(
        select(Refund).where(Refund.payment_id == payment_id).order_by(Refund.created_at.desc(), Refund.id).limit(1)
    )


def find_refund_id(*, external_id: str, refund_id: uuid.UUID | None) -> uuid.UUID | None:
    """Our refund behind the vendor's: by its id there, or by ours that it carries when its answer never came."""
    return db.session.scalar(
        select(Refund.id)
        .where(or_(Refund.external_id == external_id, and_(Refund.id == refund_id, Refund.external_id.is_(None))))
        .limit(1)
    )


def find_payment_by_intent(payment_intent_id: str | None) -> Payment | None:
    """The payment that has this id at the vendor."""
    if payment_intent_id is None:
        return None
    return db.session.scalar(select(Payment).where(Payment.payment_intent_id == payment_intent_id))


def find_captured_payment(kind: PurposeKind, purpose_id: uuid.UUID) -> Payment | None:
    """The payment whose money a purpose holds, if it was paid through the vendor."""
    return db.session.scalar(
        select(Payment)
        .where(of_purpose(kind, purpose_id), Payment.status.in_([PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED]))
        .order_by(Payment.attempt.desc())
        .limit(1)
    )


def holds_money(kind: PurposeKind, purpose_id: uuid.UUID) -> bool:
    """Whether something that was paid for this purpose has not gone back wholly."""
    kept = select(Payment.id).where(of_purpose(kind, purpose_id), Payment.status == PaymentStatus.SUCCEEDED).limit(1)
    return db.session.scalar(kept) is not None


def list_payments_to_review(*, limit: int = 100) -> list[Payment]:
    """Payments that wait for a person, the oldest first."""
    return list(
        db.session.scalars(
            select(Payment)
            .where(Payment.status == PaymentStatus.NEEDS_REVIEW)
            .order_by(Payment.created_at, Payment.id)
            .limit(limit)
        )
    )
