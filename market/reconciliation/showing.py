"""What officers read about discrepancies: what each kind means, and what to do."""

from collections.abc import Mapping
from typing import Any

from core.i18n import current_locale
from core.i18n import lazy_gettext as _l
from core.money import format_vnd
from market.disputes.reasons import DISPUTE_REASONS, dispute_reason
from market.reconciliation.models import DiscrepancyKind, Resolution
from market.refunds.change_words import change_words

KIND_NAMES = {
    DiscrepancyKind.PAYMENT_DIFFERS: _l("What was paid is not what was asked"),
    DiscrepancyKind.PAYMENT_MISSING: _l("A payment that the payment service does not know"),
    DiscrepancyKind.UNKNOWN_PAYMENT: _l("A payment that is not ours"),
    DiscrepancyKind.REFUND_FAILED: _l("A refund that failed"),
    DiscrepancyKind.REFUND_NOT_MADE: _l("A refund that the site could not make by itself"),
    DiscrepancyKind.REFUND_DIFFERS: _l("A refund that went through after it had failed"),
    DiscrepancyKind.REFUND_MISSING: _l("A refund that the payment service does not know"),
    DiscrepancyKind.UNKNOWN_REFUND: _l("A refund made at the payment service"),
    DiscrepancyKind.DISPUTE_DIFFERS: _l("A dispute that was decided otherwise"),
    DiscrepancyKind.UNKNOWN_DISPUTE: _l("A dispute about a payment that is not ours"),
    DiscrepancyKind.UNKNOWN_MOVEMENT: _l("A movement of the balance without a cause"),
    DiscrepancyKind.BALANCE_DIFFERS: _l("The balance at the payment service is not that of our books"),
}
WHAT_TO_DO = {
    DiscrepancyKind.PAYMENT_DIFFERS: _l(
        "The order is held and its goods stay reserved. Give the money back, or agree with the buyer and note it."
    ),
    DiscrepancyKind.PAYMENT_MISSING: _l(
        "Check whether the keys of this site were changed to another account. If not, ask the payment service."
    ),
    DiscrepancyKind.UNKNOWN_PAYMENT: _l(
        "Somebody paid into the account by another way. Find out whom it is for, or give it back."
    ),
    DiscrepancyKind.REFUND_FAILED: _l(
        "The buyer has not got the money. Try again; if the card does not take it, call the buyer, pay by bank "
        "transfer, and write down here when and with which reference."
    ),
    DiscrepancyKind.REFUND_NOT_MADE: _l(
        "The buyer was to get money back and has not. Open the order and give it back there. Where a bank disputes the "
        "payment, wait for its decision. Then note here what was done."
    ),
    DiscrepancyKind.REFUND_DIFFERS: _l(
        "The buyer may get the money twice if it was paid by another way too. Compare, then note what you found."
    ),
    DiscrepancyKind.REFUND_MISSING: _l("Ask the payment service, and give the money back again if it never left."),
    DiscrepancyKind.UNKNOWN_REFUND: _l(
        "Somebody gave money back without this site. Accept it, and it is taken off the producers in proportion."
    ),
    DiscrepancyKind.DISPUTE_DIFFERS: _l("Compare both sides, correct the ledger by hand, and note it."),
    DiscrepancyKind.UNKNOWN_DISPUTE: _l("Answer it at the payment service, and note what became of it."),
    DiscrepancyKind.UNKNOWN_MOVEMENT: _l("Look it up in the statement of the payment service, and note what it is."),
    DiscrepancyKind.BALANCE_DIFFERS: _l(
        "Settle what else stands on this list first. If the difference stays, compare the statement of the payment "
        "service with the account in the ledger. It disappears once both are equal."
    ),
}
RESOLUTION_NAMES = {
    Resolution.REFUNDED: _l("Given back"),
    Resolution.ACCEPTED: _l("Accepted"),
    Resolution.NOTED: _l("Noted"),
    Resolution.RETRIED: _l("Tried again"),
    Resolution.TRANSFERRED: _l("Paid by bank transfer"),
    Resolution.SETTLED: _l("Settled by itself"),
}
_FACT_NAMES = {
    "amount": _l("Amount"),
    "fee": _l("Fee"),
    "currency": _l("Currency"),
    "status": _l("State"),
    "reason": _l("Reason"),
    "said": _l("Details"),
    "movement": _l("Kind"),
    "source": _l("Caused by"),
    "refund": _l("Refund"),
    "payment_intent": _l("Payment"),
}


_STATES = {
    "pending": _l("Under way"),
    "open": _l("Open"),
    "succeeded": _l("Went through"),
    "failed": _l("Failed"),
    "transferred": _l("Paid by bank transfer"),
    "refunded": _l("Given back"),
    "expired": _l("Ended unpaid"),
    "needs_review": _l("To be looked at"),
    "inquiry": _l("Question of a bank"),
    "won": _l("Won"),
    "lost": _l("Lost"),
    "closed": _l("Closed"),
}
"""States of payments, refunds and disputes, here and at the payment service."""


def shown_facts(facts: Mapping[str, Any]) -> list[tuple[object, object]]:
    """One side's facts as rows of name and value, in one order; dong as the reader's language writes them."""
    rows: list[tuple[object, object]] = []
    for name, label in _FACT_NAMES.items():
        value = facts.get(name)
        if value is None:
            continue
        if name in ("amount", "fee") and facts.get("currency") == "vnd":
            value = format_vnd(int(value), current_locale())
        elif name == "reason" and value in DISPUTE_REASONS:
            value = dispute_reason(value)
        elif name in ("said", "reason"):
            value = change_words(str(value))
        elif name == "status":
            value = _STATES.get(str(value), value)
        rows.append((label, value))
    return rows
