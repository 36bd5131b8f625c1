"""Conversations with the payment vendor.

The one place below the edge that commits, and on purpose: money must not move while a transaction is open. Each
function commits what is decided, then asks the vendor, then commits what the answer means. Whichever step a crash
cuts off, saying it again is harmless, and the sweep does so by the clock.
"""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from itertools import islice

import structlog
from sqlalchemy import select

from core.accounts import ANONYMOUS, Actor
from core.db import atomic, db, utc_now
from core.errors import Unavailable
from core.inbox import accept
from market.payments.followers import find_follower, sweep_parts
from market.payments.gateway import PaymentGateway, RequestRefused, SessionSnapshot, SessionStatus, WebhookEvent
from market.payments.models import Payment, PaymentStatus, Refund
from market.payments.purposes import PurposeKind
from market.payments.queries import (
    find_refund_id,
    get_payment,
    list_payments,
    overdue_payment_ids,
    pending_refund_ids,
)
from market.payments.reasons import refund_refused
from market.payments.refunds import fail_refund, finish_refund, request_refund
from market.payments.rules import Verdict
from market.payments.sweeping import Sweep
from market.payments.usecases import (
    INBOX_SOURCE,
    Attempt,
    drop_attempt,
    give_up_payment,
    prepare_payment,
    receive_event,
    record_session,
    settle_payment,
)

SWEEP_LIMIT = 200
"""How many overdue payments or refunds one sweep takes on; the next one goes on from there."""

SESSIONS_LIMIT = 5_000
log = structlog.get_logger("payments")


def start_payment(
    *,
    kind: PurposeKind,
    purpose_id: uuid.UUID,
    gateway: PaymentGateway,
    prepared: Attempt | None = None,
    actor: Actor = ANONYMOUS,
) -> str:
    """The address of the hosted page on which this purpose can be paid; the open one again if there is one.

    `prepared` is what `prepare_payment` returned in a transaction that has committed, where that has just been done.
    Raises NotFound; Conflict when it is paid or closed; Unavailable when the vendor does not answer (everything stays
    as it is, and trying again is right).
    """
    for _ in range(3):  # an attempt may turn out to be over, and the next one then is new
        attempt, prepared = prepared or _prepare(kind, purpose_id, actor), None
        if attempt.session_id is None:
            session = _create_session(attempt, gateway)
        else:
            session = gateway.fetch_session(attempt.session_id)
            if session is None or session.status is not SessionStatus.OPEN:
                _settle_or_give_up(attempt.payment_id, session)
                continue
        if session is not None and session.page_url is not None:
            return session.page_url
    raise Unavailable


def finish_payments(*, kind: PurposeKind, purpose_id: uuid.UUID, gateway: PaymentGateway) -> None:
    """Ask the vendor how the attempts to pay this purpose stand, and settle them: what the return page does.

    Raises Unavailable when the vendor does not answer; the webhook or the sweep settles them then.
    """
    with atomic():
        open_pages = [
            (payment.id, payment.session_id)
            for payment in list_payments(kind, purpose_id)
            if payment.session_id and payment.status in (PaymentStatus.OPEN, PaymentStatus.EXPIRED)
        ]
    for payment_id, session_id in open_pages:
        _follow(payment_id, session_id, gateway)


def close_pages(payment_ids: Iterable[uuid.UUID], *, gateway: PaymentGateway) -> None:
    """Close the pages of payments that were withdrawn, so that nobody pays them by mistake.

    As far as the vendor answers: a page that stays open can only bring money that is given back.
    """
    for payment_id in payment_ids:
        with atomic():
            session_id = get_payment(payment_id).session_id
        if session_id is None:
            continue
        try:
            gateway.expire_session(session_id)
        except RequestRefused:  # it was paid or closed in this very moment
            _follow(payment_id, session_id, gateway)
        except Unavailable:
            log.warning("a withdrawn page could not be closed", payment_id=str(payment_id))


def handle_event(*, event: WebhookEvent, gateway: PaymentGateway) -> None:
    """Do what a webhook calls for: fetch what it is about, then mark it as seen and settle in one transaction."""
    if event.account is not None:  # we have no accounts below our own: somebody registered our address for theirs
        log.error("webhook about another account", event_id=event.id, account=event.account)
        return
    follower = find_follower(event.object_kind)
    is_ours = event.session_id is not None or event.object_kind == "refund" or follower is not None
    if event.object_id is None or not is_ours:
        return
    if event.session_id is not None:
        session = gateway.fetch_session(event.session_id)
        if session is None:
            log.error("webhook about a page that is not there", event_id=event.id)
            return
        with atomic():
            receive_event(event=event, session=session)
    elif event.object_kind == "refund":
        _follow_refund(event, gateway)
    elif follower is not None:
        follower(event, gateway)


def reconcile(*, gateway: PaymentGateway, since: timedelta) -> int:
    """Make the vendor and us agree, both ways; return how many of ours changed.

    Payments whose time is over are closed, pages made within `since` that ended without our noticing are settled, and
    pending refunds are finished; then the features above compare what is theirs. What cannot be settled is put before
    a person. A page that says it is ours and is not is logged as an error besides.
    """
    sweep = Sweep()
    with atomic():
        overdue = overdue_payment_ids(before=utc_now(), limit=SWEEP_LIMIT)
    sweep.each(overdue, lambda payment_id: _end_overdue(payment_id, gateway))
    _settle_unnoticed(sweep, gateway, since)
    _finish_refunds(sweep, gateway)
    sweep.each(sweep_parts(), lambda part: part(gateway, utc_now() - since))
    return sweep.end()


def finish_refunds(*, gateway: PaymentGateway) -> int:
    """Bring pending refunds to their end; return how many were tried with success."""
    sweep = Sweep()
    _finish_refunds(sweep, gateway)
    return sweep.end()


def _finish_refunds(sweep: Sweep, gateway: PaymentGateway) -> None:
    with atomic():
        pending = pending_refund_ids(limit=SWEEP_LIMIT)
    sweep.each(pending, lambda refund_id: process_refund(refund_id, gateway=gateway))


def refund_reviewed(*, payment_id: uuid.UUID, gateway: PaymentGateway, actor: Actor = ANONYMOUS) -> None:
    """Give back in full what a payment under review captured. Raises NotFound, Conflict, Unavailable."""
    captured = refundable_at_vendor(payment_id=payment_id, gateway=gateway)
    with atomic():
        refund_id = request_refund(actor=actor, payment_id=payment_id, captured=captured).id
    process_refund(refund_id, gateway=gateway)


def refundable_at_vendor(*, payment_id: uuid.UUID, gateway: PaymentGateway) -> int:
    """What can still be given back of a payment, captured less refunded, as the vendor says now.

    Raises NotFound, Unavailable.
    """
    with atomic():
        session_id = get_payment(payment_id).session_id
    session = gateway.fetch_session(session_id) if session_id else None
    return session.refundable if session is not None else 0


def process_refund(refund_id: uuid.UUID, *, gateway: PaymentGateway) -> bool:
    """Ask the vendor for a pending refund, or how it stands, and let ours follow; whether anything moved.

    Raises NotFound, Unavailable.
    """
    with atomic():
        refund = db.session.get_one(Refund, refund_id)
        before = refund.status
        payment_intent_id = get_payment(refund.payment_id).payment_intent_id
        external_id, amount, key = refund.external_id, refund.amount_vnd, refund.idempotency_key
    try:
        if external_id is not None:
            answer = gateway.fetch_refund(external_id)
        else:
            answer = gateway.refund(
                payment_intent_id=payment_intent_id or "", refund_id=refund_id, amount=amount, idempotency_key=key
            )
    except RequestRefused as refusal:
        with atomic():
            fail_refund(refund_id=refund_id, reason=refund_refused(refusal.code))
        return True
    with atomic():
        after = finish_refund(refund_id=refund_id, answer=answer).status
    return before != after or external_id is None


def _prepare(kind: PurposeKind, purpose_id: uuid.UUID, actor: Actor) -> Attempt:
    with atomic():
        return prepare_payment(kind=kind, purpose_id=purpose_id, actor=actor)


def _create_session(attempt: Attempt, gateway: PaymentGateway) -> SessionSnapshot | None:
    """Make the page of a pending payment; None when the vendor will not make it any more (its time is too short)."""
    try:
        session = gateway.create_session(
            payment_id=attempt.payment_id,
            request=attempt.request,
            expires_at=attempt.expires_at,
            idempotency_key=attempt.idempotency_key,
        )
    except RequestRefused:
        with atomic():
            drop_attempt(payment_id=attempt.payment_id)
        return None
    with atomic():
        record_session(payment_id=attempt.payment_id, session=session)
    return session


def _follow_refund(event: WebhookEvent, gateway: PaymentGateway) -> None:
    """Let our refund follow the one a webhook is about; one that we did not ask for is left to the sweep."""
    answer = gateway.fetch_refund(event.object_id or "")
    with atomic():
        if not accept(source=INBOX_SOURCE, external_id=event.id, kind=event.kind):
            return
        refund_id = find_refund_id(external_id=answer.id, refund_id=answer.refund_id)
        if refund_id is not None:
            finish_refund(refund_id=refund_id, answer=answer)


def _follow(payment_id: uuid.UUID, session_id: str | None, gateway: PaymentGateway) -> bool:
    session = gateway.fetch_session(session_id) if session_id else None
    return _settle_or_give_up(payment_id, session)


def _settle_or_give_up(payment_id: uuid.UUID, session: SessionSnapshot | None) -> bool:
    with atomic():
        if session is None:
            return give_up_payment(payment_id=payment_id)
        verdict = settle_payment(payment_id=payment_id, session=session)
    return verdict is not Verdict.NOTHING


def _end_overdue(payment_id: uuid.UUID, gateway: PaymentGateway) -> bool:
    """Close a payment whose time is over, unless its page says that it was paid."""
    with atomic():
        session_id = get_payment(payment_id).session_id
    if session_id is not None:
        try:
            gateway.expire_session(session_id)
        except RequestRefused:
            log.info("page was closed already", payment_id=str(payment_id))
    return _follow(payment_id, session_id, gateway)


def _settle_unnoticed(sweep: Sweep, gateway: PaymentGateway, since: timedelta) -> None:
    """Settle the pages that ended at the vendor while our payment still waits, or was given up and paid after all."""
    none: dict[uuid.UUID, SessionSnapshot] = {}
    ended = sweep.attempt(lambda: _ended_pages(gateway, since), otherwise=none)
    with atomic():
        rows = db.session.execute(select(Payment.id, Payment.status).where(Payment.id.in_(list(ended))))
        known = dict(rows.all())
    unnoticed = []
    for payment_id, session in ended.items():
        status = known.get(payment_id)
        if status is None:
            log.error("a page at the payment service names a payment we do not have", session_id=session.id)
        elif status in (PaymentStatus.PENDING, PaymentStatus.OPEN) or (
            status == PaymentStatus.EXPIRED and session.is_paid
        ):
            unnoticed.append((payment_id, session.id))
    sweep.each(unnoticed, lambda page: _follow(*page, gateway))


def _ended_pages(gateway: PaymentGateway, since: timedelta) -> dict[uuid.UUID, SessionSnapshot]:
    """The pages made within `since` that are not open any more, by the payment that they say they are of."""
    sessions = islice(gateway.list_sessions(created_after=utc_now() - since), SESSIONS_LIMIT)
    return {
        session.payment_id: session
        for session in sessions
        if session.payment_id is not None and session.status is not SessionStatus.OPEN
    }
