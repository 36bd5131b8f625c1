"""Why a person has to look at a payment or refund, as codes with their facts; `market.refunds` has the words.

A reason is a code, ": ", and its facts with blanks between them. Amounts are whole units of their currency.
"""

from market.payments.gateway import CURRENCY, RefundSnapshot, SessionSnapshot

PAYMENT_DIFFERS = "payment_differs"
REFUND_DIFFERS = "refund_differs"
REFUND_FAILED = "refund_failed"
REFUND_REFUSED = "refund_refused"


def payment_differs(amount_vnd: int, session: SessionSnapshot) -> str:
    """What was asked for, what the page says, and what was captured."""
    return f"{PAYMENT_DIFFERS}: {amount_vnd} {CURRENCY} {session.amount} {session.currency or '?'} {session.captured}"


def refund_differs(amount_vnd: int, answer: RefundSnapshot) -> str:
    """What was asked for, and which refund of what the vendor has made of it."""
    return f"{REFUND_DIFFERS}: {amount_vnd} {CURRENCY} {answer.id} {answer.amount} {answer.currency}"


def refund_failed(answer: RefundSnapshot) -> str:
    """Which refund no bank took, and the vendor's code of why."""
    return f"{REFUND_FAILED}: {answer.id} {answer.failure or 'unknown'}"


def refund_refused(code: str) -> str:
    """The vendor did not take a refund on; its code of why."""
    return f"{REFUND_REFUSED}: {code}"
