"""What the ledger must hold of payments and refunds, for its check."""

import uuid

from sqlalchemy import Select, select

from market.ledger.audit import EntrySource
from market.ledger.models import AccountKind, LedgerEntry
from market.ledger.usecases import PROCESSOR_FEE, PROCESSOR_PAYOUT
from market.payments.models import CAME_BACK, Payment, ProcessorMovement, Refund, RefundStatus
from market.payments.refunds import LEDGER_PAYMENT, LEDGER_REFUND, LEDGER_REFUND_FAILED, LEDGER_REFUND_TRANSFERRED
from market.payments.rules import PAYOUT_KINDS


def _captured_payments() -> Select[uuid.UUID, int]:
    """Payments that came in as asked for; one under review may be of another amount, or no dong at all."""
    return select(Payment.id, Payment.amount_vnd).where(
        Payment.settled_at.is_not(None), Payment.review_reason.is_(None)
    )


def _finished_refunds(status: RefundStatus) -> Select[uuid.UUID, int]:
    """Refunds that succeeded, or that the bank paid, of payments that were entered."""
    entered = select(LedgerEntry.source_id).where(LedgerEntry.source == LEDGER_PAYMENT)
    return select(Refund.id, -Refund.amount_vnd).where(Refund.status == status, Refund.payment_id.in_(entered))


def _entered_refunds() -> Select[uuid.UUID]:
    """Refunds that succeeded, and those that came back from the bank after that."""
    came_back = select(LedgerEntry.source_id).where(LedgerEntry.source == LEDGER_REFUND_FAILED)
    return select(Refund.id).where((Refund.status == RefundStatus.SUCCEEDED) | Refund.id.in_(came_back))


def _returned_refunds() -> Select[uuid.UUID, int]:
    """Refunds that were entered and have failed since: what was taken off is put back."""
    entered = select(LedgerEntry.source_id).where(LedgerEntry.source == LEDGER_REFUND)
    return select(Refund.id, Refund.amount_vnd).where(Refund.status.in_(CAME_BACK), Refund.id.in_(entered))


def _processor_fees() -> Select[uuid.UUID, int]:
    """Movements at the vendor of which it kept something."""
    return select(ProcessorMovement.id, -ProcessorMovement.fee_vnd).where(ProcessorMovement.fee_vnd != 0)


def _processor_payouts() -> Select[uuid.UUID, int]:
    """Movements between the vendor and our bank."""
    return select(ProcessorMovement.id, ProcessorMovement.amount_vnd).where(ProcessorMovement.kind.in_(PAYOUT_KINDS))


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
        due=lambda: _finished_refunds(RefundStatus.SUCCEEDED),
        possible=_entered_refunds,
    ),
    EntrySource(
        source=LEDGER_REFUND_FAILED,
        kind=AccountKind.PROCESSOR_BALANCE,
        due=_returned_refunds,
        possible=lambda: select(Refund.id).where(Refund.status.in_(CAME_BACK)),
    ),
    EntrySource(
        source=LEDGER_REFUND_TRANSFERRED,
        kind=AccountKind.BANK_BALANCE,
        due=lambda: _finished_refunds(RefundStatus.TRANSFERRED),
        possible=lambda: select(Refund.id).where(Refund.status == RefundStatus.TRANSFERRED),
    ),
    EntrySource(
        source=PROCESSOR_FEE,
        kind=AccountKind.PROCESSOR_BALANCE,
        due=_processor_fees,
        possible=lambda: select(ProcessorMovement.id).where(ProcessorMovement.fee_vnd != 0),
    ),
    EntrySource(
        source=PROCESSOR_PAYOUT,
        kind=AccountKind.PROCESSOR_BALANCE,
        due=_processor_payouts,
        possible=lambda: select(ProcessorMovement.id).where(ProcessorMovement.kind.in_(PAYOUT_KINDS)),
    ),
)
