"""What a failed refund was to give back, given back after all: asked for once more, or paid by bank transfer.

A refund of a whole payment and one of parts of an order go the same way. Rows are locked as everywhere: what was paid
for first, then the payment.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from core.accounts import Actor
from core.db import db, utc_now
from core.errors import Conflict, Invalid, NotFound
from core.i18n import lazy_gettext as _l
from core.i18n import local_day
from core.outbox import publish
from market.collections.queries import order_id_of_payment
from market.disputes.queries import blocks_refunds
from market.orders.usecases import lock_order
from market.payments.models import Payment, PaymentStatus, Refund, RefundLine, RefundStatus
from market.payments.purposes import RefundReason
from market.payments.refunds import add_refund, is_in_dong, lock_refund, transfer_refund
from market.refunds.errors import GivenBackMeanwhile, PaymentDisputed
from market.refunds.events import RefundResumed
from market.refunds.policies import may_refund_any
from market.refunds.queries import lines_of_refund, refunded_so_far, transferred_vnd, waiting_vnd

SHARES = ("amount_vnd", "seller_vnd", "commission_vnd", "delivery_vnd", "voucher_vnd", "deposit_vnd", "quantity")


@dataclass(frozen=True)
class Transfer:
    """What a person paid from the site's bank: on which local day, and under which reference it stands there."""

    paid_on: date
    reference: str


def ask_again(*, actor: Actor, refund_id: uuid.UUID, refundable_vnd: int) -> Refund:
    """Ask once more for a refund that failed, with a key of its own. Asked again, it is the same new refund.

    `refundable_vnd` is captured less refunded as the vendor says now. Raises NotFound; Conflict when it did not fail,
    was given back by another way, or the vendor does not hold so much any more; PaymentDisputed.
    """
    failed, payment = _lock(actor, refund_id)
    before = find_retry(failed.id)
    if before is not None:
        return before
    lines = _check_owed(failed, payment)
    if refundable_vnd - waiting_vnd(payment.id) - transferred_vnd(payment.id) < failed.amount_vnd:
        raise Conflict(_l("The payment service does not hold so much of this payment any more."))
    again = add_refund(
        payment=payment,
        amount_vnd=failed.amount_vnd,
        reason=RefundReason(failed.reason),
        key=f"again-{failed.id}",
        lines=[_copy(line) for line in lines],
        actor=actor,
        note=failed.note,
        retry_of=failed.id,
    )
    publish(RefundResumed(refund_id=again.id, failed_refund_id=failed.id))
    return again


def note_transfer(*, actor: Actor, refund_id: uuid.UUID, transfer: Transfer) -> Refund:
    """Note that a refund that failed was paid by bank transfer: ledger and buyer follow, once.

    Raises as `ask_again` does, Conflict also when it was tried again; Invalid by field.
    """
    failed, payment = _lock(actor, refund_id)
    if find_retry(failed.id) is not None:
        raise GivenBackMeanwhile
    _check_owed(failed, payment)
    if not is_in_dong(payment):
        raise Conflict(_l("This was paid in another currency, which no ledger holds. Resolve it with a note."))
    if not local_day(failed.created_at) <= transfer.paid_on <= local_day(utc_now()):
        raise Invalid(
            _l("A day from %(day)s until today.", day=f"{local_day(failed.created_at):%d/%m/%Y}"), field="paid_on"
        )
    if not transfer.reference.strip():
        raise Invalid(_l("Write the reference, so that the next person finds the transfer."), field="reference")
    transfer_refund(refund=failed, payment=payment, paid_on=transfer.paid_on, reference=transfer.reference, actor=actor)
    publish(RefundResumed(refund_id=failed.id, failed_refund_id=failed.id))
    return failed


def find_retry(refund_id: uuid.UUID) -> Refund | None:
    """The refund that tries this one again."""
    return db.session.scalar(select(Refund).where(Refund.retry_of == refund_id))


def _lock(actor: Actor, refund_id: uuid.UUID) -> tuple[Refund, Payment]:
    if not may_refund_any(actor):
        raise NotFound
    refund, payment = lock_refund(refund_id)
    if refund.status != RefundStatus.FAILED:
        raise GivenBackMeanwhile
    return refund, payment


def _check_owed(failed: Refund, payment: Payment) -> Sequence[RefundLine]:
    """The lines of a failed refund, of which nothing was given back by another way since.

    Raises GivenBackMeanwhile, PaymentDisputed.
    """
    if blocks_refunds(payment.id):
        raise PaymentDisputed
    lines = lines_of_refund(failed.id)
    order_id = order_id_of_payment(payment)
    if not lines:
        if payment.status != PaymentStatus.NEEDS_REVIEW or waiting_vnd(payment.id):
            raise GivenBackMeanwhile
        return lines
    assert order_id is not None  # only orders have lines
    order, so_far = lock_order(order_id), refunded_so_far(order_id)
    parcels = {parcel.id: parcel for parcel in order.parcels}
    order_lines = {line.id: line for parcel in order.parcels for line in parcel.lines}
    for line in lines:
        if line.order_line_id is None:
            is_owed = line.amount_vnd <= so_far.left_of_delivery(parcels[line.parcel_id])
        else:
            ordered = order_lines[line.order_line_id]
            left_vnd = ordered.charged_vnd - so_far.of_line(ordered).amount_vnd
            # Of a deposit the price was taken off the line when it was given back first.
            is_owed = (line.quantity or 0) <= so_far.left_of_line(ordered) and (
                line.deposit_vnd > 0 or line.amount_vnd <= left_vnd
            )
        if not is_owed:
            raise GivenBackMeanwhile
    return lines


def _copy(line: RefundLine) -> RefundLine:
    return RefundLine(
        parcel_id=line.parcel_id,
        producer_id=line.producer_id,
        order_line_id=line.order_line_id,
        **{name: getattr(line, name) for name in SHARES},
    )
