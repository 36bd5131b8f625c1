"""Reading payments."""

import uuid
from datetime import datetime

from sqlalchemy import select

from core.db import db
from core.errors import NotFound
from core.inbox.models import InboxMessage
from market.payments.models import Payment, PaymentStatus, Refund, RefundStatus
from market.payments.purposes import PurposeKind
from market.payments.usecases import INBOX_SOURCE, of_purpose


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
    """Refunds that the vendor has not finished, the oldest first."""
    return list(
        db.session.scalars(
            select(Refund.id)
            .where(Refund.status == RefundStatus.PENDING)
            .order_by(Refund.created_at, Refund.id)
            .limit(limit)
        )
    )


def find_refund(payment_id: uuid.UUID) -> Refund | None:
    """The latest refund of a payment."""
    return db.session.scalar(
        select(Refund).where(Refund.payment_id == payment_id).order_by(Refund.created_at.desc(), Refund.id).limit(1)
    )


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


def event_was_seen(event_id: str) -> bool:
    """Whether a webhook with this id has taken effect before."""
    seen = select(InboxMessage.id).where(InboxMessage.source == INBOX_SOURCE, InboxMessage.external_id == event_id)
    return db.session.scalar(seen) is not None
