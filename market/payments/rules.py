"""Decisions about payments, without I/O."""

import hashlib
import json
import uuid
from dataclasses import asdict
from datetime import timedelta
from enum import StrEnum

from core.money import MAX_AMOUNT_VND
from market.payments.gateway import CURRENCY, BalanceMovement, SessionSnapshot, SessionStatus
from market.payments.models import PaymentStatus, RefundStatus
from market.payments.purposes import PaymentRequest, PurposeKind, PurposeState

MIN_PAYMENT_VND = 10_000
"""Smallest payment in dong: the vendor asks for about half a dollar."""

PAGE_LIFETIME = timedelta(minutes=35)
"""How long a hosted page, and with it the reservation of stock, lives. Stripe's shortest is 30 minutes counted from
when the request arrives; the rest is room for trying again while the vendor does not answer."""

TRANSITIONS: dict[PaymentStatus, frozenset[PaymentStatus]] = {
    PaymentStatus.PENDING: frozenset(
        {PaymentStatus.OPEN, PaymentStatus.SUCCEEDED, PaymentStatus.EXPIRED, PaymentStatus.NEEDS_REVIEW}
    ),
    PaymentStatus.OPEN: frozenset({PaymentStatus.SUCCEEDED, PaymentStatus.EXPIRED, PaymentStatus.NEEDS_REVIEW}),
    # Money that arrives on an attempt already given up is taken note of, and then given back.
    PaymentStatus.EXPIRED: frozenset({PaymentStatus.SUCCEEDED, PaymentStatus.NEEDS_REVIEW}),
    PaymentStatus.SUCCEEDED: frozenset({PaymentStatus.REFUNDED, PaymentStatus.NEEDS_REVIEW}),
    PaymentStatus.NEEDS_REVIEW: frozenset({PaymentStatus.REFUNDED}),
    # A bank may send a refund back that had gone through.
    PaymentStatus.REFUNDED: frozenset({PaymentStatus.SUCCEEDED, PaymentStatus.NEEDS_REVIEW}),
}


REFUND_TRANSITIONS: dict[RefundStatus, frozenset[RefundStatus]] = {
    RefundStatus.PENDING: frozenset({RefundStatus.SUCCEEDED, RefundStatus.FAILED}),
    # A bank may send money back that had gone through.
    RefundStatus.SUCCEEDED: frozenset({RefundStatus.FAILED}),
    # A person paid it from bank to bank instead.
    RefundStatus.FAILED: frozenset({RefundStatus.TRANSFERRED}),
    RefundStatus.TRANSFERRED: frozenset(),
}


def may_become(current: PaymentStatus, new: PaymentStatus) -> bool:
    """Whether a payment may go from one state to the other."""
    return new in TRANSITIONS[PaymentStatus(current)]


def refund_may_become(current: RefundStatus, new: RefundStatus) -> bool:
    """Whether a refund may go from one state to the other."""
    return new in REFUND_TRANSITIONS[RefundStatus(current)]


class Verdict(StrEnum):
    """What the vendor's word about a hosted page means for our payment."""

    NOTHING = "nothing"
    PAID = "paid"
    PAID_TOO_LATE = "paid_too_late"
    MISMATCH = "mismatch"
    EXPIRED = "expired"


def judge(*, status: PaymentStatus, amount_vnd: int, purpose: PurposeState, session: SessionSnapshot) -> Verdict:
    """Compare a payment of `amount_vnd` with its page at the vendor.

    A payment that has had its verdict never gets another: SUCCEEDED, NEEDS_REVIEW and REFUNDED answer NOTHING.
    """
    if status not in (PaymentStatus.PENDING, PaymentStatus.OPEN, PaymentStatus.EXPIRED):
        return Verdict.NOTHING
    if session.status is SessionStatus.EXPIRED:
        return Verdict.NOTHING if status == PaymentStatus.EXPIRED else Verdict.EXPIRED
    if session.status is SessionStatus.OPEN or not session.is_paid:
        return Verdict.NOTHING
    if (session.amount, session.currency) != (amount_vnd, CURRENCY) or session.captured != amount_vnd:
        return Verdict.MISMATCH
    if purpose is PurposeState.OPEN and status != PaymentStatus.EXPIRED:
        return Verdict.PAID
    return Verdict.PAID_TOO_LATE


def idempotency_key(kind: PurposeKind, purpose_id: uuid.UUID, attempt: int, request: PaymentRequest) -> str:
    """The key of one attempt: purpose, attempt, and a hash of everything that is asked for."""
    parameters = json.dumps(asdict(request), sort_keys=True, ensure_ascii=True)
    digest = hashlib.sha256(parameters.encode()).hexdigest()[:32]
    return f"{kind}-{purpose_id}-{attempt}-{digest}"


def amount_is_payable(amount_vnd: int) -> bool:
    """Whether the vendor takes a payment of so many dong."""
    return MIN_PAYMENT_VND <= amount_vnd <= MAX_AMOUNT_VND


PAYOUT_KINDS = frozenset({"payout", "payout_cancel", "payout_failure"})
"""Movements between the balance at the vendor and our bank account, there and back."""

BILLED_FEES = frozenset({"stripe_fee", "stripe_fx_fee", "tax_fee"})
"""Movements that are a fee as a whole."""


def fee_of(movement: BalanceMovement) -> int:
    """What the vendor kept of a movement for itself; what a dispute costs is entered with the dispute."""
    if movement.kind in BILLED_FEES:
        return movement.fee - movement.amount
    return 0 if movement.kind == "adjustment" else movement.fee
