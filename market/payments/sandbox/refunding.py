"""Giving money back, and what the banks say about it later. Rows are locked charge first, then refund."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from .balance import CHARGE, check_refundable, move_balance
from .card_table import RefundBehaviour
from .errors import ApiError, missing_object
from .payment_objects import build_refund
from .store import Books, Stored
from .tables import objects
from .transitions import INTENT

REFUND = "refund"
REFUND_SECONDS = 5
"""How long a bank thinks a refund over, where its card says that it does."""


def refund_charge(books: Books, parameters: dict[str, Any]) -> Stored:
    """Give money back from a charge, all that is left or `amount` dong. Raises ApiError when that is too much."""
    charge = _charge_to_refund(books, parameters)
    left = charge.data["amount_captured"] - charge.data["amount_refunded"]
    amount = parameters.get("amount", left)
    if charge.data["refunded"]:
        raise ApiError(f"Charge {charge.data['id']} has already been refunded.", code="charge_already_refunded")
    if amount > left:
        raise ApiError(
            f"Refund amount (₫{amount}) is greater than the unrefunded amount on the charge (₫{left}).",
            code="amount_too_large",
            param="amount",
        )
    check_refundable(books, charge)
    behaviour = charge.private.get("refunds", RefundBehaviour.AT_ONCE)
    refund = books.add(
        build_refund(
            charge.data,
            parameters,
            amount=amount,
            created=books.second,
            is_pending=behaviour == RefundBehaviour.LATER,
        ),
        {"then": str(behaviour), "at": books.second + REFUND_SECONDS},
    )
    refund.data["balance_transaction"] = move_balance(
        books, kind="refund", category="refund", amount=-amount, source=refund.data["id"], description="REFUND"
    )["id"]
    books.save(refund)
    charge.data["amount_refunded"] += amount
    charge.data["refunded"] = charge.data["amount_refunded"] == charge.data["amount_captured"]
    books.save(charge)
    books.emit("refund.created", refund.data)
    books.emit("charge.refunded", charge.data)
    return refund


def finish_due_refunds(books: Books) -> int:
    """Let the banks answer about refunds that they thought over, as their cards say; how many."""
    waiting = (
        sa.select(objects.c.id)
        .where(
            objects.c.type == REFUND,
            objects.c.private["then"].astext.in_([RefundBehaviour.LATER, RefundBehaviour.FAILS_LATER]),
            objects.c.private["at"].as_integer() <= books.second,
        )
        .order_by(objects.c.sequence)
        .limit(100)
    )
    found = books.connection.scalars(waiting).all()
    for refund_id in found:
        charge_id = books.get(REFUND, refund_id).data["charge"]
        charge = books.get(CHARGE, charge_id, lock=True)
        refund = books.get(REFUND, refund_id, lock=True)
        if refund.private.get("then") == RefundBehaviour.FAILS_LATER:
            _return_refund(books, refund, charge)
        elif refund.private.get("then") == RefundBehaviour.LATER:
            refund.data["status"] = "succeeded"
            books.emit("refund.updated", refund.data)
        refund.private = {}
        books.save(refund)
    return len(found)


def _return_refund(books: Books, refund: Stored, charge: Stored) -> None:
    """The bank sends a refund back: the money is the account's again."""
    movement = move_balance(
        books,
        kind="refund_failure",
        category="refund_failure",
        amount=refund.data["amount"],
        source=refund.data["id"],
        description="REFUND FAILURE",
    )
    refund.data |= {
        "status": "failed",
        "failure_reason": "lost_or_stolen_card",
        "failure_balance_transaction": movement["id"],
    }
    charge.data["amount_refunded"] -= refund.data["amount"]
    charge.data["refunded"] = False
    books.save(charge)
    books.emit("refund.updated", refund.data)
    books.emit("refund.failed", refund.data)


def _charge_to_refund(books: Books, parameters: dict[str, Any]) -> Stored:
    if ("charge" in parameters) == ("payment_intent" in parameters):
        code = "parameter_missing" if "charge" not in parameters else None
        raise ApiError("Give one of charge and payment_intent.", code=code, param="payment_intent")
    charge_id = parameters.get("charge")
    if charge_id is None:
        intent = books.find(INTENT, parameters["payment_intent"])
        if intent is None:
            raise missing_object(INTENT, parameters["payment_intent"], param=INTENT, status=400)
        if intent.data["status"] != "succeeded":
            raise ApiError(
                f"PaymentIntent {intent.data['id']} has no successful charge to refund.",
                code="payment_intent_unexpected_state",
                param=INTENT,
            )
        charge_id = intent.data["latest_charge"]
    charge = books.find(CHARGE, charge_id, lock=True)
    if charge is None:
        raise missing_object(CHARGE, charge_id, param=CHARGE, status=400)
    if not charge.data["paid"]:
        raise ApiError(f"Charge {charge_id} did not succeed.", code="charge_not_refundable", param=CHARGE)
    return charge
