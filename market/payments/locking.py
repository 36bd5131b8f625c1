"""Rows of payments, locked in the one order: the purpose, then the payment, then stock."""

import uuid
from functools import cache

from sqlalchemy import bindparam, select

from core.db import SettledStatement, load_within_transaction, rows_within_transaction, settled, utc_now, write_soon
from core.errors import Conflict, NotFound
from market.payments.models import PURPOSE_COLUMNS, Payment, PaymentStatus, Refund, RefundStatus
from market.payments.purposes import PurposeState, purpose_of
from market.payments.rules import may_become, refund_may_become


def lock_payment(payment_id: uuid.UUID) -> tuple[Payment, PurposeState]:
    """A payment as it is now, its row locked after that of its purpose, and the purpose's state. Raises NotFound."""
    found = find_and_lock_payment(payment_id)
    if found is None:
        raise NotFound
    return found


def lock_payment_alone(payment_id: uuid.UUID) -> Payment:
    """A payment as it is now, its row locked: for what changes nothing else, and locks nothing after it.

    Raises NotFound.
    """
    found = load_within_transaction(Payment, _locked(), {"payment_id": payment_id})
    if not found:
        raise NotFound
    return found[0]


def find_and_lock_payment(payment_id: uuid.UUID) -> tuple[Payment, PurposeState] | None:
    """As `lock_payment`; None where there is no such payment."""
    rows = rows_within_transaction(_purpose(), {"payment_id": payment_id})
    if not rows:
        return None
    kind, purpose_id = next((kind, row) for kind, row in zip(PURPOSE_COLUMNS, rows[0], strict=True) if row is not None)
    state = purpose_of(kind).lock(purpose_id)
    return lock_payment_alone(payment_id), state


@cache
def _purpose() -> SettledStatement:
    columns = [getattr(Payment, column) for column in PURPOSE_COLUMNS.values()]
    return settled(select(*columns).where(Payment.id == bindparam("payment_id")))


@cache
def _locked() -> SettledStatement:
    return settled(select(Payment).where(Payment.id == bindparam("payment_id")).with_for_update())


def move_payment(payment: Payment, new: PaymentStatus, *, reason: str, by: uuid.UUID | None = None) -> None:
    """Move a locked payment to another state, and say why. Raises Conflict for a step that is not allowed."""
    if not may_become(payment.status, new):
        raise Conflict
    payment.status, payment.status_by, payment.status_reason = new, by, reason[:500]
    if new in (PaymentStatus.SUCCEEDED, PaymentStatus.NEEDS_REVIEW) and payment.settled_at is None:
        payment.settled_at = utc_now()
    write_soon(payment)


def move_refund(refund: Refund, new: RefundStatus) -> None:
    """Move a locked refund to another state. Raises Conflict for a step that is not allowed."""
    if not refund_may_become(refund.status, new):
        raise Conflict
    refund.status, refund.finished_at = new, utc_now()
