"""Stripe's objects read into our snapshots. Whatever its version adds or leaves out, the shop sees these alone."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import stripe

from market.payments.gateway import (
    BalanceMovement,
    DisputeSnapshot,
    DisputeStage,
    PaymentSnapshot,
    RefundOutcome,
    RefundSnapshot,
    SessionSnapshot,
    SessionStatus,
)

OUTCOMES = {"succeeded": RefundOutcome.SUCCEEDED, "failed": RefundOutcome.FAILED, "canceled": RefundOutcome.FAILED}
STAGES = {
    "warning_needs_response": DisputeStage.INQUIRY,
    "warning_under_review": DisputeStage.INQUIRY,
    "warning_closed": DisputeStage.CLOSED,
    "prevented": DisputeStage.CLOSED,
    "won": DisputeStage.WON,
    "lost": DisputeStage.LOST,
}


def read_session(session: Mapping[str, Any]) -> SessionSnapshot:
    """A Checkout Session as it was sent, with its payment intent and charge as ids or as objects."""
    intent = session.get("payment_intent")
    charge = intent.get("latest_charge") if isinstance(intent, Mapping) else None
    captured, refunded = (
        (charge["amount_captured"], charge["amount_refunded"]) if isinstance(charge, Mapping) else (0, 0)
    )
    return SessionSnapshot(
        id=session["id"],
        status=SessionStatus(session.get("status") or "open"),
        is_paid=session.get("payment_status") == "paid",
        amount=session.get("amount_total") or 0,
        currency=session.get("currency") or "",
        created_at=_moment(session["created"]),
        payment_id=_our_id((session.get("metadata") or {}).get("payment_id")),
        page_url=session.get("url"),
        payment_intent_id=intent["id"] if isinstance(intent, Mapping) else intent,
        captured=captured,
        refunded=refunded,
    )


def read_payment(intent: stripe.PaymentIntent) -> PaymentSnapshot:
    """A payment intent."""
    return PaymentSnapshot(
        id=intent.id,
        is_paid=intent.status == "succeeded",
        received=intent.amount_received or 0,
        currency=intent.currency,
        created_at=_moment(intent.created),
        payment_id=_our_id(_metadata(intent).get("payment_id")),
    )


def read_refund(refund: stripe.Refund) -> RefundSnapshot:
    """A refund; what is neither through nor failed is pending."""
    return RefundSnapshot(
        id=refund.id,
        outcome=OUTCOMES.get(refund.status or "", RefundOutcome.PENDING),
        amount=refund.amount,
        currency=refund.currency,
        payment_intent_id=_id_of(refund.payment_intent),
        refund_id=_our_id(_metadata(refund).get("refund_id")),
        failure=refund.to_dict().get("failure_reason"),
    )


def read_dispute(dispute: stripe.Dispute) -> DisputeSnapshot:
    """A dispute; a state that we do not know yet is one in which the money is held."""
    due = dispute.evidence_details.due_by
    return DisputeSnapshot(
        id=dispute.id,
        stage=STAGES.get(dispute.status, DisputeStage.OPEN),
        amount=dispute.amount,
        currency=dispute.currency,
        reason=dispute.reason,
        created_at=_moment(dispute.created),
        payment_intent_id=_id_of(dispute.payment_intent),
        respond_by=_moment(due) if due else None,
        movements=tuple(map(read_movement, dispute.balance_transactions or [])),
    )


def read_movement(movement: stripe.BalanceTransaction) -> BalanceMovement:
    """A balance transaction."""
    return BalanceMovement(
        id=movement.id,
        kind=movement.type,
        amount=movement.amount,
        fee=movement.fee,
        net=movement.net,
        currency=movement.currency,
        created_at=_moment(movement.created),
        source_id=_id_of(movement.source),
        payment_intent_id=_id_of(getattr(movement.source, "payment_intent", None)),
    )


def read_balance(balance: stripe.Balance) -> dict[str, int]:
    """The sums by currency of what is available and what is not yet."""
    held: dict[str, int] = {}
    parts: list[Any] = [*balance.available, *balance.pending]
    for part in parts:
        held[part.currency] = held.get(part.currency, 0) + part.amount
    return held


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _metadata(shown: Any) -> dict[str, str]:
    return shown.to_dict().get("metadata") or {}


def _id_of(reference: Any) -> str | None:
    """The id behind a reference that may have been expanded."""
    return reference if reference is None or isinstance(reference, str) else reference.id


def _our_id(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None
