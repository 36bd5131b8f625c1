"""Which discrepancies can be ended how. Pure."""

from market.payments.rules import BILLED_FEES, PAYOUT_KINDS
from market.reconciliation.models import DiscrepancyKind

REFUNDABLE = frozenset({DiscrepancyKind.PAYMENT_DIFFERS, DiscrepancyKind.UNKNOWN_PAYMENT})
"""Money that came in and is nobody's: it can go back where it came from."""

ACCEPTABLE = frozenset({DiscrepancyKind.UNKNOWN_REFUND})
"""What happened at the vendor and can be entered in our books afterwards."""

RESUMABLE = frozenset({DiscrepancyKind.REFUND_FAILED})
"""Money that a buyer has not got: it is asked for again, or paid by bank transfer."""

KNOWN_MOVEMENTS = (
    frozenset(
        {
            "charge",
            "payment",
            "refund",
            "payment_refund",
            "payment_failure_refund",
            "refund_failure",
            "payment_reversal",
        }
    )
    | PAYOUT_KINDS
    | BILLED_FEES
)
"""Movements of the balance that payments, refunds and payouts cause by themselves, and the vendor's own fees."""


def can_refund(kind: str) -> bool:
    """Whether what this is about can be given back from the page."""
    return kind in REFUNDABLE


def can_resume(kind: str) -> bool:
    """Whether what this is about can be given back after all."""
    return kind in RESUMABLE


def can_accept(kind: str, *, has_payment: bool) -> bool:
    """Whether what the vendor says can be taken into our books."""
    return has_payment and kind in ACCEPTABLE
