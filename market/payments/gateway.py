"""The interface to whoever moves the money. Nothing else in the shop knows the vendor.

Amounts are whole units of `currency`; the dong has no smaller unit, so they are dong everywhere.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.errors import AppError
from core.i18n import lazy_gettext as _l
from market.payments.purposes import PaymentRequest

CURRENCY = "vnd"


class SessionStatus(StrEnum):
    """State of a hosted payment page."""

    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


@dataclass(frozen=True)
class SessionSnapshot:
    """A hosted payment page as it is at the vendor now.

    `payment_id` is our payment's id that we gave along, None on pages that are not ours. `captured` and `refunded` are
    zero as long as nobody paid, and on pages that came from a list. `page_url` is None once it is closed.
    """

    id: str
    status: SessionStatus
    is_paid: bool
    amount: int
    currency: str
    created_at: datetime
    payment_id: uuid.UUID | None = None
    page_url: str | None = None
    payment_intent_id: str | None = None
    captured: int = 0
    refunded: int = 0

    @property
    def refundable(self) -> int:
        """What can still be given back."""
        return self.captured - self.refunded


class RefundOutcome(StrEnum):
    """State of a refund at the vendor."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True)
class RefundSnapshot:
    """A refund as it is at the vendor now."""

    id: str
    outcome: RefundOutcome
    amount: int


@dataclass(frozen=True)
class WebhookEvent:
    """News with a good signature: its id, its type, and the hosted page it is about, if it is about one."""

    id: str
    kind: str
    session_id: str | None


class SignatureRefused(AppError):
    """A webhook without a signature, with a wrong one, or with one that is too old."""

    http_status = 400
    default_message = _l("The signature is not right.")


class RequestRefused(AppError):
    """The vendor understood the request and said no; asking again cannot help. `code` is the vendor's word for it."""

    http_status = 409
    default_message = _l("The payment service refused this.")

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__()


class PaymentGateway(Protocol):
    """What the shop needs of a payment vendor. Every method but `verify_webhook` raises Unavailable when the vendor
    does not answer in time, and RequestRefused when it says no."""

    def create_session(
        self, *, payment_id: uuid.UUID, request: PaymentRequest, expires_at: datetime, idempotency_key: str
    ) -> SessionSnapshot:
        """Make a hosted payment page, or return the one already made with this key."""
        ...

    def fetch_session(self, session_id: str) -> SessionSnapshot | None:
        """The page as it is now, with what was captured and refunded; None when there is none."""
        ...

    def expire_session(self, session_id: str) -> None:
        """Close an open page, so that it can no longer be paid. RequestRefused when it is not open."""
        ...

    def list_sessions(self, *, created_after: datetime) -> Iterator[SessionSnapshot]:
        """All pages made since then, newest first."""
        ...

    def refund(
        self, *, payment_intent_id: str, refund_id: uuid.UUID, amount: int, idempotency_key: str
    ) -> RefundSnapshot:
        """Give `amount` back, or return the refund already made with this key."""
        ...

    def fetch_refund(self, external_id: str) -> RefundSnapshot:
        """A refund as it is now."""
        ...

    def verify_webhook(self, payload: bytes, signature: str) -> WebhookEvent:
        """Read news whose signature is right and at most 300 seconds old. Raises SignatureRefused."""
        ...
