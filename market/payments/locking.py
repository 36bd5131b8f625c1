"""Rows of payments, locked in the one order: the purpose, then the payment, then stock."""

import uuid

from core.db import db, utc_now
from core.errors import Conflict, NotFound
from market.payments.models import Payment, PaymentStatus, Refund, RefundStatus
from market.payments.purposes import PurposeState, purpose_of
from market.payments.rules import may_become, refund_may_become


def lock_payment(payment_id: uuid.UUID) -> tuple[Payment, PurposeState]:
    """A payment as it is now, its row locked after that of its purpose, and the purpose's state. Raises NotFound."""
    payment = db.session.get(Payment, payment_id)
    if payment is None:
        raise NotFound
    state = purpose_of(payment.purpose_kind).lock(payment.purpose_id)
    db.session.refresh(payment, with_for_update=True)
    return payment, state


def move_payment(payment: Payment, new: PaymentStatus, *, reason: str, by: uuid.UUID | None = None) -> None:
    """Move a locked payment to another state, and say why. Raises Conflict for a step that is not allowed."""
    if not may_become(payment.status, new):
        raise Conflict
    payment.status, payment.status_by, payment.status_reason = new, by, reason[:500]
    if new in (PaymentStatus.SUCCEEDED, PaymentStatus.NEEDS_REVIEW) and payment.settled_at is None:
        payment.settled_at = utc_now()


def move_refund(refund: Refund, new: RefundStatus) -> None:
    """Move a locked refund to another state. Raises Conflict for a step that is not allowed."""
    if not refund_may_become(refund.status, new):
        raise Conflict
    refund.status, refund.finished_at = new, utc_now()
