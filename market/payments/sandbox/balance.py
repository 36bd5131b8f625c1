"""What moves the balance: charges, refunds, disputes and payouts. Rows are locked charge first, then dispute."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from .balance_objects import DISPUTE_FEE_VND, build_balance_transaction, build_dispute, build_payout
from .errors import ApiError
from .store import Books, Stored
from .tables import objects

CHARGE, DISPUTE, PAYOUT, MOVEMENT = "charge", "dispute", "payout", "balance_transaction"
INQUIRIES = ("warning_needs_response", "warning_under_review")
UNDECIDED = ("needs_response", "under_review", *INQUIRIES)
BALANCE_LOCK = "payment-sandbox-balance"


def move_balance(
    books: Books, *, kind: str, category: str, amount: int, source: str, description: str, fee: int = 0
) -> dict[str, Any]:
    """Write down one change of the balance."""
    return books.add(
        build_balance_transaction(
            kind=kind,
            category=category,
            amount=amount,
            source=source,
            description=description,
            created=books.second,
            fee=fee,
        )
    ).data


def balance(books: Books) -> int:
    """What the account holds, in dong."""
    net = objects.c.data["net"].as_integer()
    total = sa.select(sa.func.coalesce(sa.func.sum(net), 0)).where(objects.c.type == MOVEMENT)
    return int(books.connection.scalar(total) or 0)


def open_dispute(books: Books, charge_id: str, *, reason: str, inquiry: bool = False) -> Stored:
    """Let the owner of the card dispute a charge. Raises ApiError when it is disputed already or has nothing left."""
    charge = books.get(CHARGE, charge_id, lock=True)
    left = charge.data["amount_captured"] - charge.data["amount_refunded"]
    if not charge.data["paid"] or charge.data["disputed"] or left < 1:
        raise ApiError(f"Charge {charge_id} cannot be disputed.", code="charge_not_disputable", param=CHARGE)
    dispute = books.add(build_dispute(charge.data, reason=reason, inquiry=inquiry, created=books.second))
    charge.data["disputed"] = True
    books.save(charge)
    if not inquiry:
        _withdraw(books, dispute)
    books.emit("charge.dispute.created", dispute.data)
    if not inquiry:
        books.emit("charge.dispute.funds_withdrawn", dispute.data)
    return dispute


def decide_dispute(books: Books, dispute_id: str, *, won: bool) -> Stored:
    """Let the bank decide. Raises ApiError when it has decided already."""
    dispute = books.get(DISPUTE, dispute_id, lock=True)
    status = dispute.data["status"]
    if status not in UNDECIDED:
        raise ApiError(f"Dispute {dispute_id} is decided: {status}.", code="dispute_closed", param=DISPUTE)
    if status in INQUIRIES:
        if not won:
            _withdraw(books, dispute)
            books.emit("charge.dispute.funds_withdrawn", dispute.data)
        dispute.data["status"] = "warning_closed" if won else "lost"
    else:
        dispute.data["status"] = "won" if won else "lost"
        if won:
            _reinstate(books, dispute)
            books.emit("charge.dispute.funds_reinstated", dispute.data)
    dispute.data["is_charge_refundable"] = won
    books.save(dispute)
    books.emit("charge.dispute.closed", dispute.data)
    return dispute


def submit_evidence(books: Books, dispute_id: str) -> Stored:
    """The account has answered; the bank looks at it. Raises ApiError when it has decided already."""
    dispute = books.get(DISPUTE, dispute_id, lock=True)
    if dispute.data["status"] not in UNDECIDED:
        raise ApiError(f"Dispute {dispute_id} is decided.", code="dispute_closed", param=DISPUTE)
    inquiry = dispute.data["status"] in INQUIRIES
    dispute.data["status"] = "warning_under_review" if inquiry else "under_review"
    dispute.data["evidence_details"] |= {"has_evidence": True, "submission_count": 1}
    books.save(dispute)
    books.emit("charge.dispute.updated", dispute.data)
    return dispute


def check_refundable(books: Books, charge: Stored) -> None:
    """Raise ApiError when the bank has taken the money of a charge back already, or may do so."""
    if not charge.data["disputed"]:
        return
    query = sa.select(objects.c.data["is_charge_refundable"].as_boolean()).where(
        objects.c.type == DISPUTE, objects.c.data["charge"].astext == charge.data["id"]
    )
    if not all(books.connection.scalars(query)):
        raise ApiError(
            f"Charge {charge.data['id']} has been charged back.", code="charge_disputed", param="payment_intent"
        )


def pay_out(books: Books, amount: int | None = None) -> Stored:
    """Send money from the balance to the bank, all there is or `amount`. Raises ApiError when there is not so much."""
    books.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(BALANCE_LOCK, 0))))
    held = balance(books)
    wanted = held if amount is None else amount
    if not 0 < wanted <= held:
        raise ApiError("You have insufficient funds in your account for this payout.", code="balance_insufficient")
    payout = books.add(build_payout(amount=wanted, created=books.second))
    movement = move_balance(
        books, kind="payout", category="payout", amount=-wanted, source=payout.data["id"], description="Payout"
    )
    payout.data["balance_transaction"] = movement["id"]
    books.save(payout)
    books.emit("payout.created", payout.data)
    books.emit("payout.paid", payout.data)
    return payout


def _withdraw(books: Books, dispute: Stored) -> None:
    _adjust(books, dispute, -dispute.data["amount"], "Chargeback withdrawal", fee=DISPUTE_FEE_VND)
    if dispute.data["status"] in INQUIRIES:
        dispute.data["status"] = "needs_response"
    dispute.data["is_charge_refundable"] = False
    books.save(dispute)


def _reinstate(books: Books, dispute: Stored) -> None:
    _adjust(books, dispute, dispute.data["amount"], "Chargeback reversal")


def _adjust(books: Books, dispute: Stored, amount: int, description: str, fee: int = 0) -> None:
    category = "dispute" if amount < 0 else "dispute_reversal"
    movement = move_balance(
        books,
        kind="adjustment",
        category=category,
        amount=amount,
        source=dispute.data["id"],
        description=f"{description} for {dispute.data['charge']}",
        fee=fee,
    )
    dispute.data["balance_transactions"].append(movement)
