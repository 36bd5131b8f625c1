"""The shapes of balance transactions, payouts and disputes, with every field the client expects.

The functions only build dictionaries. Amounts are whole dong, and the account settles in dong too.
"""

from __future__ import annotations

from typing import Any

import stripe

from .session_objects import CURRENCY
from .store import new_id

DISPUTE_FEE_VND = 375_000
"""What a dispute costs, about fifteen US dollars."""

CHARGE_FEE_BASIS_POINTS = 340
"""What a card payment costs, of each ten thousand dong; as at Stripe, a refund does not give it back."""

AVAILABLE_AFTER_SECONDS = 2 * 24 * 3600
ANSWER_WITHIN_SECONDS = 9 * 24 * 3600


def build_balance_transaction(
    *, kind: str, category: str, amount: int, source: str, description: str, created: int, fee: int = 0
) -> dict[str, Any]:
    """One change of the balance: `amount` onto (positive) or off it, less the fee."""
    details = [
        {
            "amount": fee,
            "application": None,
            "currency": CURRENCY,
            "description": "Dispute fee" if category == "dispute" else "Stripe processing fees",
            "type": "stripe_fee",
        }
    ]
    return {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": created + AVAILABLE_AFTER_SECONDS,
        "balance_type": "payments",
        "created": created,
        "currency": CURRENCY,
        "description": description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": details if fee else [],
        "net": amount - fee,
        "reporting_category": category,
        "source": source,
        "status": "available",
        "type": kind,
    }


def charge_fee(amount: int) -> int:
    """What a card payment of so many dong costs."""
    return amount * CHARGE_FEE_BASIS_POINTS // 10_000


def build_payout(*, amount: int, created: int) -> dict[str, Any]:
    """Money on its way from the balance to the account's bank."""
    return {
        "id": new_id("po"),
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": created,
        "automatic": False,
        "balance_transaction": None,
        "created": created,
        "currency": CURRENCY,
        "description": None,
        "destination": None,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "paid",
        "trace_id": None,
        "type": "bank_account",
    }


def build_dispute(charge: dict[str, Any], *, reason: str, inquiry: bool, created: int) -> dict[str, Any]:
    """A dispute about what is left of a charge."""
    evidence: dict[str, Any] = dict.fromkeys(sorted(stripe.Dispute.Evidence.__annotations__))
    evidence["enhanced_evidence"] = {}
    brand = charge["payment_method_details"]["card"]["brand"]
    return {
        "id": new_id("du"),
        "object": "dispute",
        "amount": charge["amount_captured"] - charge["amount_refunded"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": created,
        "currency": CURRENCY,
        "enhanced_eligibility_types": [],
        "evidence": evidence,
        "evidence_details": {
            "due_by": created + ANSWER_WITHIN_SECONDS,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "intended_submission_method": None,
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "network_reason_code": "10.4" if reason == "fraudulent" else "13.1",
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "type": "card",
            "card": {
                "brand": brand,
                "case_type": "inquiry" if inquiry else "chargeback",
                "network": brand,
                "network_reason_code": "10.4" if reason == "fraudulent" else "13.1",
            },
        },
        "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }
