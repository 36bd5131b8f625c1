"""What reconciliation does upon news of payments."""

from core.db import db
from market.payments.events import PaymentNeedsReview, RefundFailed
from market.payments.gateway import CURRENCY
from market.payments.models import Payment, Refund
from market.reconciliation.models import DiscrepancyKind
from market.reconciliation.usecases import note_discrepancy


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
