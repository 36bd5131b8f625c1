"""Comparing what the vendor has with what we have, both ways; commits as `market.payments.flow` does."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from sqlalchemy import select

from core.db import atomic, db
from market.disputes.queries import known_stages
from market.payments.gateway import (
    CURRENCY,
    DisputeSnapshot,
    PaymentGateway,
    PaymentSnapshot,
    RefundOutcome,
    RefundSnapshot,
    RequestRefused,
)
from market.payments.models import CAME_BACK, HELD, Payment, PaymentStatus, Refund, RefundStatus
from market.payments.queries import find_refund_id
from market.payments.refunds import finish_refund
from market.reconciliation.balance import compare_balance
from market.reconciliation.models import Discrepancy, DiscrepancyKind
from market.reconciliation.queries import payments_by_intent, settled_refunds
from market.reconciliation.usecases import (
    note_discrepancy,
    settle_found,
    settle_refunded_payments,
)

OBJECTS_LIMIT = 5_000
OURS_LIMIT = 500


def compare(gateway: PaymentGateway, created_after: datetime) -> int:
    """Compare payments, refunds, disputes and movements of the balance; settle what can be, note what cannot.

    Returns how many of ours changed.
    """
    changed = compare_payments(gateway, created_after)
    changed += compare_refunds(gateway, created_after)
    compare_disputes(gateway, created_after)
    compare_balance(gateway, created_after)
    with atomic():
        settle_refunded_payments()
    return changed


def compare_payments(gateway: PaymentGateway, created_after: datetime) -> int:
    """Every payment there must be one of ours with the same amount, and every one of ours must be there."""
    listed = islice(gateway.list_payments(created_after=created_after), OBJECTS_LIMIT)
    theirs = {payment.id: payment for payment in listed if payment.is_paid}
    with atomic():
        known = payments_by_intent(list(theirs))
        for intent_id, payment in theirs.items():
            _compare_payment(payment, known.get(intent_id))
        missing = [
            (payment.id, payment.session_id, payment.payment_intent_id, payment.amount_vnd)
            for payment in _recent_payments(created_after)
            if payment.payment_intent_id not in theirs
        ]
    for payment_id, session_id, payment_intent_id, amount in missing:
        session = gateway.fetch_session(session_id) if session_id else None
        if session is None or not session.is_paid:
            with atomic():
                note_discrepancy(
                    kind=DiscrepancyKind.PAYMENT_MISSING,
                    external_id=str(payment_id),
                    ours={"amount": amount, "currency": CURRENCY, "payment_intent": payment_intent_id},
                    theirs={},
                    payment_id=payment_id,
                )
    return 0


def _compare_payment(theirs: PaymentSnapshot, ours: Payment | None) -> None:
    facts = {"amount": theirs.received, "currency": theirs.currency, "payment_intent": theirs.id}
    if ours is None:
        # One that names a payment of ours is settled by its page; the sweep of pages runs before this.
        if theirs.payment_id is None or db.session.get(Payment, theirs.payment_id) is None:
            note_discrepancy(kind=DiscrepancyKind.UNKNOWN_PAYMENT, external_id=theirs.id, ours={}, theirs=facts)
        return
    settle_found(kind=DiscrepancyKind.UNKNOWN_PAYMENT, external_ids=[theirs.id])
    # One under review stands on the list since it came; of one that was given back nothing is left to settle.
    if ours.status == PaymentStatus.SUCCEEDED and (theirs.received, theirs.currency) != (ours.amount_vnd, CURRENCY):
        note_discrepancy(
            kind=DiscrepancyKind.PAYMENT_DIFFERS,
            external_id=theirs.id,
            ours={"amount": ours.amount_vnd, "currency": CURRENCY, "status": str(ours.status)},
            theirs=facts,
            payment_id=ours.id,
        )


def _recent_payments(created_after: datetime) -> Iterable[Payment]:
    return db.session.scalars(
        select(Payment)
        .where(Payment.created_at >= created_after, Payment.status.in_(HELD))
        .order_by(Payment.created_at, Payment.id)
        .limit(OURS_LIMIT)
    ).all()


def compare_refunds(gateway: PaymentGateway, created_after: datetime) -> int:
    """Every refund there must be one of ours in the same state, and every one of ours must be there."""
    listed = islice(gateway.list_refunds(created_after=created_after), OBJECTS_LIMIT)
    theirs = {refund.id: refund for refund in listed}
    changed = 0
    with atomic():
        settled = settled_refunds(list(theirs))
    for refund in theirs.values():
        if refund.outcome is RefundOutcome.SUCCEEDED and settled.get(refund.id) == refund.amount:
            continue  # both sides agree: no row needs to be locked
        with atomic():
            changed += _compare_refund(refund)
    with atomic():
        rows = db.session.execute(
            select(Refund.id, Refund.external_id, Refund.payment_id, Refund.amount_vnd)
            .where(Refund.created_at >= created_after, Refund.status == RefundStatus.SUCCEEDED)
            .order_by(Refund.created_at, Refund.id)
            .limit(OURS_LIMIT)
        ).all()
    for refund_id, external_id, payment_id, amount in rows:
        if external_id in theirs:
            continue
        try:
            gateway.fetch_refund(external_id or "")
        except RequestRefused:
            with atomic():
                note_discrepancy(
                    kind=DiscrepancyKind.REFUND_MISSING,
                    external_id=str(refund_id),
                    ours={"amount": amount, "currency": CURRENCY, "refund": external_id},
                    theirs={},
                    payment_id=payment_id,
                )
    return changed


def _compare_refund(theirs: RefundSnapshot) -> bool:
    refund_id = find_refund_id(external_id=theirs.id, refund_id=theirs.refund_id)
    facts = {"amount": theirs.amount, "currency": theirs.currency, "status": str(theirs.outcome), "refund": theirs.id}
    if refund_id is None:
        known = payments_by_intent([theirs.payment_intent_id or ""]).get(theirs.payment_intent_id or "")
        if theirs.outcome is not RefundOutcome.FAILED and not _is_of_a_discrepancy(theirs.refund_id):
            note_discrepancy(
                kind=DiscrepancyKind.UNKNOWN_REFUND,
                external_id=theirs.id,
                ours={},
                theirs=facts | {"payment_intent": theirs.payment_intent_id},
                payment_id=known.id if known is not None else None,
            )
        return False
    settle_found(kind=DiscrepancyKind.UNKNOWN_REFUND, external_ids=[theirs.id])
    before = db.session.get_one(Refund, refund_id).status
    after = finish_refund(refund_id=refund_id, answer=theirs)
    if after.status in CAME_BACK and theirs.outcome is RefundOutcome.SUCCEEDED:
        note_discrepancy(
            kind=DiscrepancyKind.REFUND_DIFFERS,
            external_id=theirs.id,
            ours={"amount": after.amount_vnd, "currency": CURRENCY, "status": str(after.status)},
            theirs=facts,
            payment_id=after.payment_id,
        )
    return before != after.status


def _is_of_a_discrepancy(refund_id: uuid.UUID | None) -> bool:
    """Whether an officer gave this back from the page of a payment that is not ours."""
    return refund_id is not None and db.session.get(Discrepancy, refund_id) is not None


def compare_disputes(gateway: PaymentGateway, created_after: datetime) -> None:
    """Every dispute there must be one of ours at the same stage; the sweep of disputes runs before this."""
    theirs = {
        dispute.id: dispute for dispute in islice(gateway.list_disputes(created_after=created_after), OBJECTS_LIMIT)
    }
    with atomic():
        known = known_stages(list(theirs))
        settle_found(kind=DiscrepancyKind.UNKNOWN_DISPUTE, external_ids=list(known))
        agreed = [dispute.id for dispute in theirs.values() if known.get(dispute.id) == dispute.stage]
        settle_found(kind=DiscrepancyKind.DISPUTE_DIFFERS, external_ids=agreed)
        payments = payments_by_intent([dispute.payment_intent_id or "" for dispute in theirs.values()])
        for dispute in theirs.values():
            if known.get(dispute.id) != dispute.stage:
                _note_dispute(dispute, known.get(dispute.id), payments.get(dispute.payment_intent_id or ""))


def _note_dispute(theirs: DisputeSnapshot, stage: str | None, payment: Payment | None) -> None:
    note_discrepancy(
        kind=DiscrepancyKind.UNKNOWN_DISPUTE if stage is None else DiscrepancyKind.DISPUTE_DIFFERS,
        external_id=theirs.id,
        ours={} if stage is None else {"status": str(stage)},
        theirs={
            "amount": theirs.amount,
            "currency": theirs.currency,
            "status": str(theirs.stage),
            "reason": theirs.reason,
            "payment_intent": theirs.payment_intent_id,
        },
        payment_id=payment.id if payment is not None else None,
    )
