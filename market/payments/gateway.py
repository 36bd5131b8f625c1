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
    """A refund as it is at the vendor now. `refund_id` is our refund's id that we gave along."""

    id: str
    outcome: RefundOutcome
    amount: int
    currency: str = CURRENCY
    payment_intent_id: str | None = None
    refund_id: uuid.UUID | None = None
    failure: str | None = None


@dataclass(frozen=True)
class PaymentSnapshot:
    """A payment as it is at the vendor now; `payment_id` is our payment's id that we gave along."""

    id: str
    is_paid: bool
    received: int
    currency: str
    created_at: datetime
    payment_id: uuid.UUID | None = None


class DisputeStage(StrEnum):
    """How far a dispute is. An inquiry asks questions and holds no money yet."""

    INQUIRY = "inquiry"
    OPEN = "open"
    WON = "won"
    LOST = "lost"
    CLOSED = "closed"


@dataclass(frozen=True)
class BalanceMovement:
    """One change of our balance at the vendor, `amount` before and `net` after `fee`; `source_id` caused it, and
    belongs to the payment with `payment_intent_id`."""

    id: str
    kind: str
    amount: int
    fee: int
    net: int
    currency: str
    created_at: datetime
    source_id: str | None
    payment_intent_id: str | None = None


@dataclass(frozen=True)
class DisputeSnapshot:
    """A dispute as it is at the vendor now. `reason` is the vendor's word for what the buyer says.

    `movements` are what it has moved on our balance so far, fees included.
    """

    id: str
    stage: DisputeStage
    amount: int
    currency: str
    reason: str
    created_at: datetime
    payment_intent_id: str | None = None
    respond_by: datetime | None = None
    movements: tuple[BalanceMovement, ...] = ()

    @property
    def charged(self) -> tuple[BalanceMovement, ...]:
        """Those that cost a fee, or gave one back; a fee in another currency is not ours to convert."""
        return tuple(movement for movement in self.movements if movement.fee and movement.currency == self.currency)

    @property
    def fee(self) -> int:
        """What the vendor has charged for it so far."""
        return sum(movement.fee for movement in self.charged)


@dataclass(frozen=True)
class WebhookEvent:
    """News with a good signature: its id, its type, and the object it is about (`object_kind`, `object_id`).

    `account` is set on news about another account than the key's own.
    """

    id: str
    kind: str
    object_kind: str
    object_id: str | None
    account: str | None = None

    @property
    def session_id(self) -> str | None:
        """The hosted page it is about, if it is about one."""
        return self.object_id if self.object_kind == "checkout.session" else None


@dataclass(frozen=True)
class WebhookAddress:
    """Where the vendor sends news: address, kinds of event ("*" for all), and whether it is switched on."""

    url: str
    events: frozenset[str]
    is_enabled: bool


class KeyRefused(AppError):
    """The vendor does not accept the key: a fault of the set-up, not of the moment."""

    http_status = 503
    default_message = _l("The payment service does not accept the key of this site.")


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

    def fetch_dispute(self, external_id: str) -> DisputeSnapshot:
        """A dispute as it is now."""
        ...

    def list_payments(self, *, created_after: datetime) -> Iterator[PaymentSnapshot]:
        """All payments made since then, newest first, those made elsewhere than on our pages too."""
        ...

    def list_refunds(self, *, created_after: datetime) -> Iterator[RefundSnapshot]:
        """All refunds made since then, newest first."""
        ...

    def list_disputes(self, *, created_after: datetime) -> Iterator[DisputeSnapshot]:
        """All disputes opened since then, newest first."""
        ...

    def list_balance_movements(self, *, created_after: datetime) -> Iterator[BalanceMovement]:
        """All changes of our balance since then, newest first."""
        ...

    def fetch_balance(self) -> dict[str, int]:
        """What the account holds by currency, what is not available yet included."""
        ...

    def list_webhook_addresses(self) -> list[WebhookAddress]:
        """Where news is sent. Raises KeyRefused besides."""
        ...

    def account_currency(self) -> str:
        """The currency in which the account is paid out. Raises KeyRefused besides."""
        ...

    def verify_webhook(self, payload: bytes, signature: str) -> WebhookEvent:
        """Read news whose signature is right and at most 300 seconds old. Raises SignatureRefused."""
        ...
