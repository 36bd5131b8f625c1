"""Refunds from the first question to the vendor's answer; commits as `market.payments.flow` does."""

import uuid
from collections.abc import Mapping, Sequence

import structlog

from core.accounts import Actor
from core.db import atomic
from core.errors import Unavailable
from market.payments.flow import close_pages, process_refund, refundable_at_vendor
from market.payments.gateway import PaymentGateway
from market.payments.models import Refund, RefundStatus
from market.payments.purposes import PurposeKind, RefundReason
from market.payments.queries import find_captured_payment
from market.refunds import cancelling
from market.refunds.errors import NotPaidByCard
from market.refunds.pieces import RefundPart
from market.refunds.queries import refund_status
from market.refunds.usecases import request_amount_refund, request_order_refund

LEFT_TO_DO = (RefundStatus.FAILED, RefundStatus.PENDING, RefundStatus.TRANSFERRED)
"""What is said of several refunds that were asked for together, the worst first."""
log = structlog.get_logger("refunds")


def refund_order(
    *,
    actor: Actor,
    order_id: uuid.UUID,
    parts: Sequence[RefundPart],
    reason: RefundReason,
    request_key: str,
    gateway: PaymentGateway,
    delivery_of: Mapping[uuid.UUID, int] | None = None,
    note: str | None = None,
) -> RefundStatus | None:
    """Give back parts of an order; where the refund of them stands now, None where nothing had been paid for them.

    Raises as `request_order_refund`.
    """
    refundable = _refundable(order_id, gateway)
    with atomic():
        refunds = request_order_refund(
            actor=actor,
            order_id=order_id,
            parts=parts,
            reason=reason,
            request_key=request_key,
            delivery_of=delivery_of,
            note=note,
            refundable_vnd=refundable,
        )
    return _process(refunds, gateway) if refunds else None


def refund_amount(
    *, actor: Actor, order_id: uuid.UUID, amount_vnd: int, request_key: str, note: str, gateway: PaymentGateway
) -> RefundStatus:
    """Give back a sum that belongs to no line. Raises what `request_amount_refund` does, Unavailable."""
    refundable = _refundable(order_id, gateway)
    with atomic():
        refunds = request_amount_refund(
            actor=actor,
            order_id=order_id,
            amount_vnd=amount_vnd,
            request_key=request_key,
            note=note,
            refundable_vnd=refundable,
        )
    return _process(refunds, gateway)


def cancel_order(*, order_id: uuid.UUID, gateway: PaymentGateway) -> None:
    """Cancel an order for its buyer. Raises what `cancelling.cancel_order` does, Unavailable when it was paid."""
    with atomic():
        was_paid = find_captured_payment(PurposeKind.ORDER, order_id) is not None
    refundable = _refundable(order_id, gateway) if was_paid else None
    with atomic():
        cancelled = cancelling.cancel_order(order_id=order_id, refundable_vnd=refundable)
    close_pages(cancelled.withdrawn, gateway=gateway)
    _process(cancelled.refunds, gateway)


def _refundable(order_id: uuid.UUID, gateway: PaymentGateway) -> int:
    with atomic():
        payment = find_captured_payment(PurposeKind.ORDER, order_id)
        if payment is None:
            raise NotPaidByCard
        payment_id = payment.id
    return refundable_at_vendor(payment_id=payment_id, gateway=gateway)


def _process(refunds: Sequence[Refund], gateway: PaymentGateway) -> RefundStatus:
    """Ask the vendor at once for what goes back together; it has succeeded when each of them has.

    When the vendor does not answer, the sweep asks again, and the refund stays pending.
    """
    states = {_process_one(refund.id, RefundStatus(refund.status), gateway) for refund in refunds}
    return next((status for status in LEFT_TO_DO if status in states), RefundStatus.SUCCEEDED)


def _process_one(refund_id: uuid.UUID, status: RefundStatus, gateway: PaymentGateway) -> RefundStatus:
    if status is not RefundStatus.PENDING:
        return status
    try:
        process_refund(refund_id, gateway=gateway)
    except Unavailable:
        log.warning("a refund waits for the payment service", refund_id=str(refund_id))
    with atomic():
        return refund_status(refund_id)
