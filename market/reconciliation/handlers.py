"""What reconciliation does upon news of payments."""

import uuid
from datetime import timedelta

from sqlalchemy import func, select

from core.accounts.queries import users_to_mail
from core.db import db
from core.i18n import use_locale
from core.mail import mail_user
from market.collections.queries import order_id_of_payment
from market.payments.events import PaymentNeedsReview, RefundFailed, RefundRequested
from market.payments.gateway import CURRENCY
from market.payments.models import Payment, Refund
from market.payments.policies import OFFICERS
from market.payments.purposes import PurposeKind
from market.payments.queries import find_captured_payment
from market.reconciliation.events import DiscrepancyFound
from market.reconciliation.models import Discrepancy, DiscrepancyKind
from market.reconciliation.showing import KIND_NAMES, WHAT_TO_DO
from market.reconciliation.usecases import note_discrepancy, settle_found
from market.refunds.asked_before import request_key_of
from market.refunds.events import RefundNotMade

MOST_MAILS_AN_HOUR = 10
"""After so many, officers know that something is wrong, and the list says the rest."""


def note_payment_to_review(event: PaymentNeedsReview) -> None:
    """What was paid is not what was asked for."""
    payment = db.session.get_one(Payment, event.payment_id)
    note_discrepancy(
        kind=DiscrepancyKind.PAYMENT_DIFFERS,
        external_id=payment.payment_intent_id or str(payment.id),
        ours={"amount": payment.amount_vnd, "currency": CURRENCY, "status": str(payment.status)},
        theirs={"said": payment.review_reason},
        payment_id=payment.id,
    )


def note_failed_refund(event: RefundFailed) -> None:
    """The buyer has not got the money that they were promised."""
    refund = db.session.get_one(Refund, event.refund_id)
    note_discrepancy(
        kind=DiscrepancyKind.REFUND_FAILED,
        external_id=str(refund.id),
        ours={"amount": refund.amount_vnd, "currency": CURRENCY, "reason": str(refund.reason)},
        theirs={"refund": refund.external_id, "said": refund.failure},
        payment_id=refund.payment_id,
    )


def note_refund_not_made(event: RefundNotMade) -> None:
    """The buyer was to get money back, and the site could not ask for it."""
    payment = find_captured_payment(PurposeKind.ORDER, event.order_id)
    note_discrepancy(
        kind=DiscrepancyKind.REFUND_NOT_MADE,
        external_id=_name_of(event.order_id, event.request_key),
        ours={"reason": event.reason, "said": event.why},
        theirs={},
        payment_id=payment.id if payment is not None else None,
    )


def settle_refund_made(event: RefundRequested) -> None:
    """What could not be given back by itself was asked for after all, when it was tried again."""
    refund = db.session.get_one(Refund, event.refund_id)
    payment = db.session.get_one(Payment, refund.payment_id)
    order_id, request_key = order_id_of_payment(payment), request_key_of(refund)
    if order_id is not None and request_key is not None:
        name = _name_of(order_id, request_key)
        settle_found(kind=DiscrepancyKind.REFUND_NOT_MADE, external_ids=[name])


def _name_of(order_id: uuid.UUID, request_key: str) -> str:
    return f"{order_id}-{request_key}"


def mail_officers(event: DiscrepancyFound) -> None:
    """Tell who looks after payments that something waits for a person, and what to do about it."""
    found = db.session.get(Discrepancy, event.discrepancy_id)
    if found is None or not found.is_open or _found_just_before(found) >= MOST_MAILS_AN_HOUR:
        return
    kind = DiscrepancyKind(found.kind)
    for officer in users_to_mail(OFFICERS):
        with use_locale(officer.locale):
            words = {"what": str(KIND_NAMES[kind]), "what_to_do": str(WHAT_TO_DO[kind])}
        mail_user(officer, "payments_disagree", path=f"/payments/review/{found.id}", **words)


def _found_just_before(found: Discrepancy) -> int:
    """How many discrepancies were found in the hour before this one."""
    earlier = select(func.count()).where(
        Discrepancy.found_at > found.found_at - timedelta(hours=1), Discrepancy.found_at < found.found_at
    )
    return db.session.scalar(earlier) or 0
