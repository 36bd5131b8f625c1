"""Rows of payments, locked in the one order: the purpose, then the payment, then stock."""

import uuid
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from core.db import Asked, SettledStatement, ask, ask_to_load, known, settled, utc_now, write_soon
from core.errors import Conflict, NotFound
from market.payments.models import PURPOSE_COLUMNS, Payment, PaymentStatus, Refund, RefundStatus
from market.payments.purposes import PurposeKind, PurposeState, purpose_of
from market.payments.rules import may_become, refund_may_become


class LockedPayment(NamedTuple):
    """A payment as it is now, its row locked after that of its purpose, and how that stands.

    `withheld` is known for a paid session: whether what it is for may not be handed over.
    """

    payment: Payment
    state: PurposeState
    withheld: Asked[bool]


PurposeKey = tuple[PurposeKind, uuid.UUID]


def lock_payment(payment_id: uuid.UUID, *, is_paid: bool = False) -> LockedPayment:
    """Lock a payment with its purpose. With `is_paid` it is asked, too, whether that is withheld. Raises NotFound."""
    purpose = ask_purpose(payment_id).value
    if purpose is None:
        raise NotFound
    return lock_with_purpose(payment_id, purpose, is_paid=is_paid)


def lock_payment_alone(payment_id: uuid.UUID) -> Payment:
    """A payment as it is now, its row locked: for what changes nothing else, and locks nothing after it.

    Raises NotFound.
    """
    return _ask_to_lock(payment_id).value


def _ask_to_lock(payment_id: uuid.UUID) -> Asked[Payment]:
    return ask_to_load(Payment, _locked(), {"payment_id": payment_id}).then(_only)


def _only(found: Sequence[Payment]) -> Payment:
    if not found:
        raise NotFound
    return found[0]


def ask_purpose(payment_id: uuid.UUID) -> Asked[PurposeKey | None]:
    """What a payment is for, which never changes; None where there is no such payment."""
    return ask(_purpose(), {"payment_id": payment_id}).then(_purpose_key)


def _purpose_key(rows: Sequence[Any]) -> PurposeKey | None:
    columns = zip(PURPOSE_COLUMNS, rows[0], strict=True) if rows else ()
    return next(((kind, purpose_id) for kind, purpose_id in columns if purpose_id is not None), None)


def lock_with_purpose(payment_id: uuid.UUID, of: PurposeKey, *, is_paid: bool) -> LockedPayment:
    """As `lock_payment`, where it is known what the payment is for. One round trip."""
    purpose, purpose_id = purpose_of(of[0]), of[1]
    state = purpose.lock(purpose_id)
    payment = _ask_to_lock(payment_id)
    withheld = purpose.is_withheld(purpose_id) if is_paid else known(False)
    return LockedPayment(payment.value, state.value, withheld)


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
