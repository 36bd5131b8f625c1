"""Changing payments. Everything here runs inside the caller's transaction and talks to nobody outside.

Rows are locked in one order: the purpose (order or sale), then the payment, then stock. What has to be asked of the
vendor is asked before or after, by `flow.py`.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.sql import ColumnElement

from core.accounts import ANONYMOUS, Actor
from core.db import db, known, utc_now, write_soon
from core.errors import Conflict, Invalid
from core.i18n import lazy_gettext as _l
from core.inbox import ask_to_accept
from core.outbox import publish
from market.ledger.models import AccountKind
from market.ledger.usecases import SITE, Line, post_entry
from market.payments.events import PaymentNeedsReview
from market.payments.gateway import CURRENCY, SessionSnapshot, WebhookEvent
from market.payments.locking import (
    LockedPayment,
    ask_purpose,
    lock_payment,
    lock_payment_alone,
    lock_with_purpose,
    move_payment,
)
from market.payments.models import PURPOSE_COLUMNS, Payment, PaymentStatus
from market.payments.purposes import PaymentRequest, PurposeKind, PurposeState, RefundReason, purpose_of
from market.payments.reasons import payment_differs
from market.payments.refunds import LEDGER_PAYMENT, add_refund, whole_refund_key
from market.payments.rules import (
    PAGE_LIFETIME,
    Verdict,
    amount_is_payable,
    idempotency_key,
    judge,
)

INBOX_SOURCE = "stripe"
log = structlog.get_logger("payments")


@dataclass(frozen=True)
class Attempt:
    """What has to be known of a live payment while no transaction is open."""

    payment_id: uuid.UUID
    session_id: str | None
    idempotency_key: str
    expires_at: datetime
    request: PaymentRequest


def prepare_payment(*, kind: PurposeKind, purpose_id: uuid.UUID, actor: Actor = ANONYMOUS) -> Attempt:
    """The one live attempt to pay this purpose: the one there is, or a new one in state `pending`.

    Raises NotFound; Conflict when the purpose is paid or closed; Invalid when the vendor takes no such amount.
    """
    purpose = purpose_of(kind)
    state = purpose.lock(purpose_id).value
    if state is PurposeState.PAID:
        raise Conflict(_l("This has been paid already."))
    if state is PurposeState.CLOSED or purpose.is_withheld(purpose_id).value:
        raise Conflict(_l("This can no longer be paid."))
    attempts = db.session.scalars(
        select(Payment).where(of_purpose(kind, purpose_id)).order_by(Payment.attempt).with_for_update()
    ).all()
    payment = next((payment for payment in attempts if payment.is_live), None)
    request = purpose.request(purpose_id)
    if payment is None:
        payment = _new_attempt(kind, purpose_id, number=len(attempts) + 1, request=request, actor=actor)
    return _attempt(payment, request)


def prepare_first_payment(
    *, kind: PurposeKind, purpose_id: uuid.UUID, request: PaymentRequest, actor: Actor = ANONYMOUS
) -> Attempt:
    """The first attempt to pay a purpose that was made in this very transaction, so that nobody else knows it yet.

    Raises Invalid when the vendor takes no such amount.
    """
    return _attempt(_new_attempt(kind, purpose_id, number=1, request=request, actor=actor), request)


def _attempt(payment: Payment, request: PaymentRequest) -> Attempt:
    return Attempt(payment.id, payment.session_id, payment.idempotency_key, payment.expires_at, request)


def _new_attempt(
    kind: PurposeKind, purpose_id: uuid.UUID, *, number: int, request: PaymentRequest, actor: Actor
) -> Payment:
    if not amount_is_payable(request.amount_vnd):
        raise Invalid(_l("An amount like this cannot be paid by card."))
    payment = Payment(
        **{PURPOSE_COLUMNS[kind]: purpose_id},
        attempt=number,
        amount_vnd=request.amount_vnd,
        idempotency_key=idempotency_key(kind, purpose_id, number, request),
        expires_at=utc_now() + PAGE_LIFETIME,
        status_by=actor.user_id,
    )
    write_soon(payment)
    return payment


def record_session(*, payment_id: uuid.UUID, session: SessionSnapshot) -> Payment:
    """Note the hosted page that a pending payment got; a payment that has moved on meanwhile stays as it is."""
    payment = lock_payment_alone(payment_id)
    _note_session(payment, session)
    db.session.flush()
    return payment


def settle_payment(*, payment_id: uuid.UUID, session: SessionSnapshot) -> Verdict:
    """Let our payment follow its page at the vendor: the one finaliser behind return page, webhook and sweep.

    `session` was fetched from the vendor a moment ago, never taken from an event. Whoever comes second, or late, or
    again, finds nothing left to do. Raises NotFound.
    """
    return _settle(lock_payment(payment_id, is_paid=session.is_paid), session)


def _settle(locked: LockedPayment, session: SessionSnapshot) -> Verdict:
    payment, state, withheld = locked
    purpose = purpose_of(payment.purpose_kind)
    if state is PurposeState.OPEN and session.is_paid and withheld.value:
        state = PurposeState.CLOSED
    verdict = judge(status=payment.status, amount_vnd=payment.amount_vnd, purpose=state, session=session)
    _note_session(payment, session)
    if verdict is Verdict.PAID:
        move_payment(payment, PaymentStatus.SUCCEEDED, reason="Paid on its page")
        purpose.paid(payment.purpose_id, payment_id=payment.id, amount_vnd=payment.amount_vnd)
    elif verdict is Verdict.EXPIRED:
        move_payment(payment, PaymentStatus.EXPIRED, reason="Its page ended unpaid")
        if state is PurposeState.OPEN:
            purpose.expired(payment.purpose_id)
    elif verdict is Verdict.MISMATCH:
        payment.review_reason = payment_differs(payment.amount_vnd, session)
        move_payment(payment, PaymentStatus.NEEDS_REVIEW, reason=payment.review_reason)
        _enter_capture(payment, session, AccountKind.UNDER_REVIEW)
        if state is PurposeState.OPEN:
            purpose.needs_review(payment.purpose_id, reason=payment.review_reason)
        log.error("payment needs review", payment_id=str(payment.id), reason=payment.review_reason)
        publish(PaymentNeedsReview(payment.id))
    elif verdict is Verdict.PAID_TOO_LATE:
        move_payment(payment, PaymentStatus.SUCCEEDED, reason="Paid too late: goes back")
        _enter_capture(payment, session, AccountKind.REFUND_PAYABLE)
        _give_back_late(payment, session)
    db.session.flush()
    return verdict


def _give_back_late(payment: Payment, session: SessionSnapshot) -> None:
    """Ask for all that the vendor still holds; what somebody gave back there before us is taken in by the sweep."""
    if session.refundable < 1:
        return
    add_refund(
        payment=payment,
        amount_vnd=session.refundable,
        reason=RefundReason.PAID_TOO_LATE,
        key=whole_refund_key(payment.id, RefundReason.PAID_TOO_LATE),
    )


def give_up_payment(*, payment_id: uuid.UUID) -> bool:
    """End a live payment on our side, and its purpose with it; whether it was live.

    For pages that the vendor has closed or never made. Money that arrives all the same is given back.
    """
    payment, state, _withheld = lock_payment(payment_id)
    if not payment.is_live:
        return False
    move_payment(payment, PaymentStatus.EXPIRED, reason="There is no page to pay on")
    if state is PurposeState.OPEN:
        purpose_of(payment.purpose_kind).expired(payment.purpose_id)
    db.session.flush()
    return True


def drop_attempt(*, payment_id: uuid.UUID) -> None:
    """End a pending payment whose page will never be, and leave its purpose open for the next attempt."""
    payment = lock_payment(payment_id).payment
    if payment.status == PaymentStatus.PENDING:
        move_payment(payment, PaymentStatus.EXPIRED, reason="The page was refused; another attempt follows")
        db.session.flush()


def withdraw_payments(
    *,
    kind: PurposeKind,
    purpose_id: uuid.UUID,
    actor: Actor = ANONYMOUS,
    reason: str = "What it was to pay was closed",
) -> list[uuid.UUID]:
    """End the live payments of a purpose that is being closed; the caller holds its lock and closes it.

    Returns their ids, so that their pages can be closed once this has committed.
    """
    live = db.session.scalars(
        select(Payment)
        .where(of_purpose(kind, purpose_id), Payment.status.in_([PaymentStatus.PENDING, PaymentStatus.OPEN]))
        .order_by(Payment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for payment in live:
        move_payment(payment, PaymentStatus.EXPIRED, by=actor.user_id, reason=reason)
    db.session.flush()
    return [payment.id for payment in live]


def receive_event(*, event: WebhookEvent, session: SessionSnapshot) -> Verdict | None:
    """Take in one webhook: mark it as seen and settle its payment in one transaction; None when it was seen before.

    The payment is found by the id we gave the page, since a webhook may overtake the answer that told us the page's.
    """
    is_new = ask_to_accept(source=INBOX_SOURCE, external_id=event.id, kind=event.kind)
    purpose = ask_purpose(session.payment_id) if session.payment_id is not None else known(None)
    if not is_new.value:
        return None
    if session.payment_id is None or purpose.value is None:
        log.error("webhook about a payment that is not ours", event_id=event.id, session_id=session.id)
        return Verdict.NOTHING
    return _settle(lock_with_purpose(session.payment_id, purpose.value, is_paid=session.is_paid), session)


def of_purpose(kind: PurposeKind, purpose_id: uuid.UUID) -> ColumnElement[bool]:
    """The condition that a payment is for this purpose."""
    column: ColumnElement[uuid.UUID | None] = getattr(Payment, PURPOSE_COLUMNS[kind])
    return column == purpose_id


def _note_session(payment: Payment, session: SessionSnapshot) -> None:
    if payment.session_id is None:
        payment.session_id = session.id
    payment.page_url = session.page_url
    payment.payment_intent_id = session.payment_intent_id or payment.payment_intent_id
    if payment.status == PaymentStatus.PENDING and session.page_url is not None:
        move_payment(payment, PaymentStatus.OPEN, by=payment.status_by, reason="Its page was made")


def _enter_capture(payment: Payment, session: SessionSnapshot, kind: AccountKind) -> None:
    """Money came in that belongs to nobody yet; another currency cannot stand in a ledger of dong."""
    if session.currency != CURRENCY or session.captured == 0:
        return
    post_entry(
        source=LEDGER_PAYMENT,
        source_id=payment.id,
        description=f"Captured, waiting to be given back or looked at: payment {payment.id}",
        lines=[
            Line(AccountKind.PROCESSOR_BALANCE, SITE, session.captured),
            Line(kind, SITE, -session.captured),
        ],
    )
