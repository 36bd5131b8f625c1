"""Giving money back: the row first, then the vendor, then ledger and buyer. Nothing here talks to anybody outside."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time

import structlog
from sqlalchemy import select

from core.accounts import ANONYMOUS, Actor
from core.db import db, new_id
from core.errors import Conflict, NotFound
from core.i18n import LOCAL_TIME_ZONE
from core.i18n import lazy_gettext as _l
from core.outbox import publish
from market.ledger.models import AccountKind, PostingPart
from market.ledger.rules import part_when_reversed
from market.ledger.usecases import SITE, Line, is_entered, post_entry, postings_of, reference_of, reverse_entry
from market.payments.events import RefundFailed, RefundRequested
from market.payments.gateway import CURRENCY, RefundOutcome, RefundSnapshot
from market.payments.locking import lock_payment, move_payment, move_refund
from market.payments.models import CAME_BACK, Payment, PaymentStatus, Refund, RefundLine, RefundStatus
from market.payments.purposes import RefundReason, purpose_of
from market.payments.reasons import refund_differs, refund_failed

LEDGER_PAYMENT = "payment"
LEDGER_REFUND = "refund"
LEDGER_REFUND_FAILED = "refund_failed"
LEDGER_REFUND_TRANSFERRED = "refund_transferred"
_OF_ONE_ACCOUNT = frozenset(
    {
        AccountKind.PROCESSOR_BALANCE,
        AccountKind.REFUND_PAYABLE,
        AccountKind.UNDER_REVIEW,
        AccountKind.STALL_PAYABLE,
    }
)
"""Accounts between which a payment moves that is not shared out."""

log = structlog.get_logger("payments")


def add_refund(
    *,
    payment: Payment,
    amount_vnd: int,
    reason: RefundReason,
    key: str,
    lines: Sequence[RefundLine] = (),
    actor: Actor = ANONYMOUS,
    note: str | None = None,
    retry_of: uuid.UUID | None = None,
) -> Refund:
    """Ask for a refund of a locked payment; `key` names it, so that asking again at the vendor is harmless.

    `retry_of` is the failed refund that it tries again.
    """
    refund = Refund(
        id=new_id(),
        payment_id=payment.id,
        reason=reason,
        amount_vnd=amount_vnd,
        idempotency_key=key,
        requested_by=actor.user_id,
        note=note,
        lines=list(lines),
        retry_of=retry_of,
    )
    db.session.add(refund)
    db.session.flush()
    publish(RefundRequested(refund.id))
    return refund


def whole_refund_key(payment_id: uuid.UUID, reason: RefundReason) -> str:
    """The key of a refund of a whole payment: one for each reason, so nothing is given back twice for the same."""
    return f"refund-{payment_id}-{reason}"


def request_refund(*, payment_id: uuid.UUID, captured: int, actor: Actor = ANONYMOUS) -> Refund:
    """Have a payment under review given back in full, and close what it was for. `captured` as the vendor says now.

    Asked again, by a double click or a second officer, it is the same refund. Raises NotFound; Conflict unless the
    payment waits for a person, and when its refund failed: that one is tried again.
    """
    payment = lock_payment(payment_id).payment
    key = whole_refund_key(payment.id, RefundReason.REVIEWED)
    before = db.session.scalar(select(Refund).where(Refund.idempotency_key == key))
    if before is not None and before.status not in CAME_BACK:
        return before
    if before is not None or payment.status != PaymentStatus.NEEDS_REVIEW or captured < 1:
        raise Conflict(_l("There is nothing to give back here."))
    return add_refund(payment=payment, amount_vnd=captured, reason=RefundReason.REVIEWED, key=key, actor=actor)


def finish_refund(*, refund_id: uuid.UUID, answer: RefundSnapshot) -> Refund:
    """Let our refund follow the vendor's: through, it is entered in the ledger and the buyer told, once.

    A bank may send money back that had gone through: the entry is reversed then, and a person takes over.
    """
    refund, payment = lock_refund(refund_id)
    if refund.external_id is None:
        refund.external_id = answer.id
    if not _is_as_asked(refund, payment, answer):
        _fail(refund, payment, refund_differs(refund.amount_vnd, answer))
    elif answer.outcome is RefundOutcome.SUCCEEDED and refund.status == RefundStatus.PENDING:
        move_refund(refund, RefundStatus.SUCCEEDED)
        _note_given_back(refund, payment)
    elif answer.outcome is RefundOutcome.FAILED:
        _fail(refund, payment, refund_failed(answer))
    db.session.flush()
    return refund


def fail_refund(*, refund_id: uuid.UUID, reason: str) -> None:
    """Give a refund that the vendor will not make to a person."""
    refund, payment = lock_refund(refund_id)
    _fail(refund, payment, reason)
    db.session.flush()


def lock_refund(refund_id: uuid.UUID) -> tuple[Refund, Payment]:
    """A refund as it is now with its payment, locked in the one order. Raises NotFound."""
    refund = db.session.get(Refund, refund_id)
    if refund is None:
        raise NotFound
    payment = lock_payment(refund.payment_id).payment
    db.session.refresh(refund, with_for_update=True)
    return refund, payment


def _is_as_asked(refund: Refund, payment: Payment, answer: RefundSnapshot) -> bool:
    if (answer.id, answer.amount) != (refund.external_id, refund.amount_vnd):
        return False
    # What was wrongly paid in another currency goes back in it; it is in no ledger.
    return answer.currency == CURRENCY or not is_in_dong(payment)


def is_in_dong(payment: Payment) -> bool:
    """Whether what a payment captured is in the ledger; what came in another currency is not."""
    return is_entered(source=LEDGER_PAYMENT, source_id=payment.id)


def transfer_refund(*, refund: Refund, payment: Payment, paid_on: date, reference: str, actor: Actor) -> None:
    """Note that the site's bank paid what a locked refund, which failed, was to give back. Raises Conflict."""
    refund.transferred_on, refund.transfer_reference, refund.transferred_by = paid_on, reference, actor.user_id
    move_refund(refund, RefundStatus.TRANSFERRED)
    _note_given_back(refund, payment)
    db.session.flush()


def is_shared_out(payment: Payment) -> bool:
    """Whether what a payment captured was entered as the shares of an order: refunds of it name lines then.

    What came too late, is looked at or belongs to a stall stands on one account, and is taken off it.
    """
    captured = postings_of(source=LEDGER_PAYMENT, source_id=payment.id)
    return any(posting.kind not in _OF_ONE_ACCOUNT for posting in captured)


def _note_given_back(refund: Refund, payment: Payment) -> None:
    """The money is on its way to the buyer: payment, ledger, purpose."""
    captured = postings_of(source=LEDGER_PAYMENT, source_id=payment.id)
    lines = _lines_of(refund)
    amount_vnd = refund.amount_vnd if captured else payment.amount_vnd  # another currency is in no ledger
    payment.refunded_vnd += amount_vnd
    if payment.status != PaymentStatus.REFUNDED and _is_all_back(refund, payment, captured, lines):
        by = refund.transferred_by or refund.requested_by
        move_payment(payment, PaymentStatus.REFUNDED, by=by, reason=f"Given back: {refund.reason}")
    _enter_given_back(refund, payment, captured, lines)
    purpose_of(payment.purpose_kind).refunded(
        payment.purpose_id,
        amount_vnd=amount_vnd,
        reason=RefundReason(refund.reason),
        by_transfer=refund.status == RefundStatus.TRANSFERRED,
    )


def _is_all_back(refund: Refund, payment: Payment, captured: Sequence[Line], lines: Sequence[RefundLine]) -> bool:
    """Whether nothing of a payment is left; what we give back as a whole is all that the vendor still held."""
    if not lines and refund.reason != RefundReason.MADE_AT_VENDOR:
        return True
    captured_vnd = sum(posting.amount_vnd for posting in captured if posting.kind is AccountKind.PROCESSOR_BALANCE)
    return payment.refunded_vnd >= (captured_vnd or payment.amount_vnd)


def _enter_given_back(refund: Refund, payment: Payment, captured: Sequence[Line], lines: Sequence[RefundLine]) -> None:
    """Off the balance at the vendor, or off the bank, on the day of the transfer; nothing of another currency."""
    if not captured:
        return
    source, paid_from, happened_at = LEDGER_REFUND, AccountKind.PROCESSOR_BALANCE, None
    if refund.transferred_on is not None:
        source, paid_from = LEDGER_REFUND_TRANSFERRED, AccountKind.BANK_BALANCE
        happened_at = datetime.combine(refund.transferred_on, time(12), LOCAL_TIME_ZONE)
    if lines:
        postings = refund_postings(refund, lines, paid_from=paid_from)
    else:
        postings = _whole_postings(refund, captured, paid_from=paid_from)
    post_entry(
        source=source,
        source_id=refund.id,
        description=f"Refund of payment {payment.id}",
        reference=reference_of(source=LEDGER_PAYMENT, source_id=payment.id),
        lines=postings,
        happened_at=happened_at,
    )


def _whole_postings(refund: Refund, captured: Sequence[Line], *, paid_from: AccountKind) -> list[Line]:
    """What a refund without lines takes off the one account that its payment was entered on.

    Not always all of it: of a payment that goes back, somebody may have given back a part at the vendor before us.
    """
    [held] = [posting for posting in captured if posting.kind is not AccountKind.PROCESSOR_BALANCE]
    return [
        Line(paid_from, SITE, -refund.amount_vnd),
        Line(held.kind, held.owner_id, refund.amount_vnd, part_when_reversed(held.part)),
    ]


def refund_postings(refund: Refund, lines: Sequence[RefundLine], *, paid_from: AccountKind) -> list[Line]:
    """What a refund of parts of an order takes off the producers, the commission, the delivery and the vouchers."""
    return [Line(paid_from, SITE, -refund.amount_vnd), *share_postings(lines)]


def share_postings(lines: Sequence[RefundLine]) -> list[Line]:
    """Off whose account what is given back comes, by the shares of its lines."""
    postings: list[Line] = []
    for line in lines:
        postings += [
            Line(
                AccountKind.PRODUCER_PAYABLE,
                line.producer_id,
                line.seller_vnd + line.commission_vnd,
                PostingPart.REFUND,
            ),
            Line(AccountKind.PRODUCER_PAYABLE, line.producer_id, -line.commission_vnd, PostingPart.COMMISSION),
            Line(AccountKind.COMMISSION_INCOME, SITE, line.commission_vnd),
            Line(AccountKind.DELIVERY_PAYABLE, SITE, line.delivery_vnd),
            Line(AccountKind.VOUCHER_EXPENSE, SITE, -line.voucher_vnd),
            Line(AccountKind.BUYER_DEPOSITS, SITE, line.deposit_vnd),
        ]
    return postings


def _fail(refund: Refund, payment: Payment, reason: str) -> None:
    if refund.status in CAME_BACK:
        return
    was_through = refund.status == RefundStatus.SUCCEEDED
    refund.failure = reason[:500]
    move_refund(refund, RefundStatus.FAILED)
    if was_through:
        amount_vnd = refund.amount_vnd if is_in_dong(payment) else payment.amount_vnd
        payment.refunded_vnd -= amount_vnd
        purpose_of(payment.purpose_kind).refund_came_back(payment.purpose_id, amount_vnd=amount_vnd)
        reverse_entry(
            source=LEDGER_REFUND,
            source_id=refund.id,
            by_source=LEDGER_REFUND_FAILED,
            by_source_id=refund.id,
            description=f"Refund of payment {payment.id} came back",
        )
    if not _lines_of(refund):
        payment.review_reason = reason[:500]
        if payment.status != PaymentStatus.NEEDS_REVIEW:
            move_payment(payment, PaymentStatus.NEEDS_REVIEW, reason=reason)
    elif payment.status == PaymentStatus.REFUNDED:
        move_payment(payment, PaymentStatus.SUCCEEDED, reason=reason)
    log.error("refund failed", payment_id=str(payment.id), refund_id=str(refund.id), reason=reason)
    publish(RefundFailed(refund.id))


def _lines_of(refund: Refund) -> Sequence[RefundLine]:
    return db.session.scalars(select(RefundLine).where(RefundLine.refund_id == refund.id).order_by(RefundLine.id)).all()
