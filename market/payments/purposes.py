"""What a payment can be for. The features that sell something plug in here; payments know none of them.

A purpose's methods run inside the caller's transaction, on rows that `lock` has locked, and never commit. `paid`,
`expired` and `needs_review` are called at most once for each payment, by `settle_payment`; `refunded` and then
`refund_came_back` at most once for each refund, `disputed` once for each turn of a dispute.
"""

import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.db import Asked


class PurposeKind(StrEnum):
    """The kinds of thing that can be paid; each has a column of its own in `payments`."""

    ORDER = "order"
    STALL_SALE = "stall_sale"
    COLLECTION = "collection"


class PurposeState(StrEnum):
    """What a purpose says about itself once its row is locked."""

    OPEN = "open"
    PAID = "paid"
    CLOSED = "closed"


class RefundReason(StrEnum):
    """Why money is given back."""

    BUYER_CANCELLED = "buyer_cancelled"
    LINE_SHORT = "line_short"
    RETURNED = "returned"
    RECALLED = "recalled"
    GOODWILL = "goodwill"
    DISPUTE = "dispute"
    PACKED_WEIGHT = "packed_weight"
    HARVEST_FAILED = "harvest_failed"
    BALANCE_UNPAID = "balance_unpaid"
    PAID_TOO_LATE = "paid_too_late"
    REVIEWED = "reviewed"
    MADE_AT_VENDOR = "made_at_vendor"


@dataclass(frozen=True)
class DisputeNews:
    """A buyer's bank asked for money back, or decided about it. `path` leads officers to its page."""

    amount_vnd: int
    is_open: bool
    is_lost: bool
    path: str


@dataclass(frozen=True)
class PaymentItem:
    """One line of the hosted payment page; the amount is in dong for one unit."""

    name: str
    unit_amount_vnd: int
    quantity: int = 1


@dataclass(frozen=True)
class PaymentRequest:
    """What the hosted page is to ask for, and where it leads back to.

    `reference` is the number that buyers read and say. The paths are those of this site, with a leading slash.
    """

    reference: str
    items: tuple[PaymentItem, ...]
    return_path: str
    cancel_path: str
    locale: str
    email: str | None = None

    @property
    def amount_vnd(self) -> int:
        """The sum of all lines in dong."""
        return sum(item.unit_amount_vnd * item.quantity for item in self.items)


class Purpose(Protocol):
    """One kind of thing that can be paid."""

    def lock(self, purpose_id: uuid.UUID) -> Asked[PurposeState]:
        """Lock the row (`FOR UPDATE`, before any payment or stock row), and say whether it can still be paid.

        Raises NotFound.
        """
        ...

    def is_withheld(self, purpose_id: uuid.UUID) -> Asked[bool]:
        """Whether the OPEN purpose must not be paid all the same, since what it is for may not be handed over.

        What it says holds until the caller's transaction ends.
        """
        ...

    def request(self, purpose_id: uuid.UUID) -> PaymentRequest:
        """What to ask for; equal at every call, since the idempotency key is made from it."""
        ...

    def paid(self, purpose_id: uuid.UUID, *, payment_id: uuid.UUID, amount_vnd: int) -> None:
        """The money is there, in full, and the purpose is OPEN: do all that follows, the ledger entry included."""
        ...

    def expired(self, purpose_id: uuid.UUID) -> None:
        """The purpose is OPEN and nobody can pay it any more: let go of what it held."""
        ...

    def needs_review(self, purpose_id: uuid.UUID, *, reason: str) -> None:
        """The purpose is OPEN and what was paid is not what was asked: a person has to look at it."""
        ...

    def refunded(
        self, purpose_id: uuid.UUID, *, amount_vnd: int, reason: RefundReason, by_transfer: bool = False
    ) -> None:
        """Money was given back, by bank transfer where no card took it: tell the buyer."""
        ...

    def refund_came_back(self, purpose_id: uuid.UUID, *, amount_vnd: int) -> None:
        """A bank sent back what `refunded` was told of."""
        ...

    def disputed(self, purpose_id: uuid.UUID, *, news: DisputeNews) -> None:
        """The buyer's bank asked for money back, or decided: tell whoever sold this."""
        ...


_purposes: dict[PurposeKind, Purpose] = {}


def register_purpose(kind: PurposeKind, purpose: Purpose) -> None:
    """Let payments of `kind` be settled by `purpose`; saying it again replaces it."""
    _purposes[kind] = purpose


def purpose_of(kind: PurposeKind) -> Purpose:
    """The purpose registered for `kind`."""
    return _purposes[kind]
