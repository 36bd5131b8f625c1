"""Rows of payments, locked in the one order: the purpose, then the payment, then stock."""

import uuid

from core.db import db, utc_now
from core.errors import Conflict, NotFound
from market.payments.models import Payment, PaymentStatus
from market.payments.purposes import PurposeState, purpose_of
from market.payments.rules import may_become


def lock_payment(payment_id: uuid.UUID) -> tuple[Payment, PurposeState]:
    """A payment as it is now, its row locked after that of its purpose, and the purpose's state. Raises NotFound."""
    payment = db.session.get(Payment, payment_id)
    if payment is None:
        raise NotFound
    state = purpose_of(payment.purpose_kind).lock(payment.purpose_id)
    db.session.refresh(payment, with_for_update=True)
    return payment, state


def move_payment(payment: Payment, new: PaymentStatus) -> None:
    """Move a locked payment to another state. Raises Conflict for a step that is not allowed."""
    if not may_become(payment.status, new):
        raise Conflict
    payment.status = new
    if new in (PaymentStatus.SUCCEEDED, PaymentStatus.NEEDS_REVIEW) and payment.settled_at is None:
        payment.settled_at = utc_now()
