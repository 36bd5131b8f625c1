"""What the ledger must hold of payments and refunds, for its check."""

import uuid

from sqlalchemy import Select, select

from market.ledger.audit import EntrySource
from market.ledger.models import AccountKind, LedgerEntry
from market.payments.models import Payment, Refund, RefundStatus
from market.payments.refunds import LEDGER_PAYMENT, LEDGER_REFUND


def _captured_payments() -> Select[uuid.UUID, int]:
    """Payments that came in as asked for; one under review may be of another amount, or no dong at all."""
    return select(Payment.id, Payment.amount_vnd).where(
        Payment.settled_at.is_not(None), Payment.review_reason.is_(None)
    )


def _finished_refunds() -> Select[uuid.UUID, int]:
    """Refunds that succeeded, of payments that were entered."""
    entered = select(LedgerEntry.source_id).where(LedgerEntry.source == LEDGER_PAYMENT)
    return select(Refund.id, -Refund.amount_vnd).where(
        Refund.status == RefundStatus.SUCCEEDED, Refund.payment_id.in_(entered)
    )


ENTRY_SOURCES = (
    EntrySource(
        source=LEDGER_PAYMENT,
        kind=AccountKind.PROCESSOR_BALANCE,
        due=_captured_payments,
        possible=lambda: select(Payment.id).where(Payment.settled_at.is_not(None)),
    ),
    EntrySource(
        source=LEDGER_REFUND,
        kind=AccountKind.PROCESSOR_BALANCE,
        due=_finished_refunds,
        possible=lambda: select(Refund.id).where(Refund.status == RefundStatus.SUCCEEDED),
    ),
)
