"""What may happen to a session and its payment. Rows are locked in one order: session, intent, charge."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from .balance import check_refundable, move_balance, open_dispute
from .balance_objects import charge_fee
from .cards import AUTHENTICATION_FAILED, CardDetails, Decline, RefundBehaviour
from .errors import ApiError, missing_object
from .payment_objects import build_charge, build_payment_error, build_payment_intent, build_refund, remember_card
from .store import Books, Stored, objects

SESSION, INTENT, CHARGE, REFUND = "checkout.session", "payment_intent", "charge", "refund"
REFUND_SECONDS = 5
"""How long a bank thinks a refund over, where its card says that it does."""


class Outcome(StrEnum):
    """How an attempt to pay ended."""

    PAID = "paid"
    DECLINED = "declined"
    AUTHENTICATE = "authenticate"
    CLOSED = "closed"


def attempt_payment(books: Books, session_id: str, card: CardDetails, *, email: str | None) -> Outcome:
    """Pay an open session with a card; a session already paid answers PAID again and takes nothing."""
    session = _lock_session(books, session_id)
    if session.data["status"] != "open":
        return _outcome_when_closed(session)
    intent = _lock_intent(books, session)
    session.private["email"] = email or session.data["customer_email"]
    remembered = remember_card(card)
    if card.test_card.needs_authentication:
        session.private["card"] = remembered
        books.save(session)
        _require_action(books, intent, session.data["url"])
        return Outcome.AUTHENTICATE
    return _settle(books, session, intent, remembered, card.test_card.decline)


def answer_authentication(books: Books, session_id: str, *, passed: bool) -> Outcome:
    """Take the buyer's answer on the 3-D Secure page; without a card waiting for one nothing changes."""
    session = _lock_session(books, session_id)
    if session.data["status"] != "open":
        return _outcome_when_closed(session)
    card = session.private.pop("card", None)
    if card is None:
        return Outcome.DECLINED
    intent = _lock_intent(books, session)
    if not passed:
        books.save(session)
        _fail(books, intent, AUTHENTICATION_FAILED, card, charge=None)
        return Outcome.DECLINED
    return _settle(books, session, intent, card, Decline(*card["decline"]) if card["decline"] else None)


def expire_session(books: Books, session_id: str) -> Stored:
    """Close an open session unpaid, and cancel the intent behind it. Raises ApiError when it isn't open."""
    session = books.get(SESSION, session_id, lock=True)
    if session.data["status"] != "open":
        raise ApiError(
            f'Only Checkout Sessions with a status in ["open"] can be expired; this one is {session.data["status"]}.',
            code="checkout_session_not_open",
        )
    _close(books, session)
    return session


def expire_due_sessions(books: Books) -> int:
    """Close every open session whose time is over; rows somebody else holds are left for the next turn."""
    overdue = (
        sa.select(objects.c.id)
        .where(
            objects.c.type == SESSION,
            objects.c.data["status"].astext == "open",
            objects.c.data["expires_at"].as_integer() <= books.second,
        )
        .order_by(objects.c.sequence)
        .limit(100)
        .with_for_update(skip_locked=True)
    )
    found = books.connection.scalars(overdue).all()
    for session_id in found:
        _close(books, books.get(SESSION, session_id, lock=True))
    return len(found)


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


def _lock_session(books: Books, session_id: str) -> Stored:
    session = books.get(SESSION, session_id, lock=True)
    if session.data["status"] == "open" and session.data["expires_at"] <= books.second:
        _close(books, session)
    return session


def _outcome_when_closed(session: Stored) -> Outcome:
    return Outcome.PAID if session.data["payment_status"] == "paid" else Outcome.CLOSED


def _lock_intent(books: Books, session: Stored) -> Stored:
    """The session's intent, made at the first attempt; the caller saves the session, which then names it."""
    if session.data["payment_intent"] is not None:
        return books.get(INTENT, session.data["payment_intent"], lock=True)
    chosen = session.private.get("payment_intent_data", {})
    intent = books.add(build_payment_intent(session.data, chosen, created=books.second))
    session.data["payment_intent"] = intent.data["id"]
    books.emit("payment_intent.created", intent.data)
    return intent


def _require_action(books: Books, intent: Stored, page: str) -> None:
    redirect = {"url": f"{page}/authenticate", "return_url": page}
    intent.data |= {
        "status": "requires_action",
        "next_action": {"type": "redirect_to_url", "redirect_to_url": redirect},
    }
    books.save(intent)
    books.emit("payment_intent.requires_action", intent.data)


def _settle(books: Books, session: Stored, intent: Stored, card: dict[str, Any], decline: Decline | None) -> Outcome:
    email = session.private.get("email")
    charge = books.add(
        build_charge(intent.data, card, email=email, decline=decline, created=books.second),
        {"refunds": card["refunds"]},
    )
    intent.data["latest_charge"] = charge.data["id"]
    if decline is not None:
        books.save(session)
        books.emit("charge.failed", charge.data)
        _fail(books, intent, decline, card, charge=charge.data["id"])
        return Outcome.DECLINED
    intent.data |= {
        "status": "succeeded",
        "amount_received": intent.data["amount"],
        "last_payment_error": None,
        "next_action": None,
        "payment_method": card["payment_method"],
    }
    books.save(intent)
    charge.data["balance_transaction"] = move_balance(
        books,
        kind="charge",
        category="charge",
        amount=charge.data["amount"],
        source=charge.data["id"],
        description=charge.data["description"] or "",
        fee=charge_fee(charge.data["amount"]),
    )["id"]
    books.save(charge)
    _complete(books, session, card, email)
    books.emit("charge.succeeded", charge.data)
    books.emit("payment_intent.succeeded", intent.data)
    books.emit("checkout.session.completed", session.data)
    if card["dispute"] is not None:
        open_dispute(books, charge.data["id"], reason=card["dispute"], inquiry=card["inquiry"])
    return Outcome.PAID


def _complete(books: Books, session: Stored, card: dict[str, Any], email: str | None) -> None:
    session.data |= {
        "status": "complete",
        "payment_status": "paid",
        "url": None,
        "customer_details": {
            "address": None,
            "business_name": None,
            "email": email,
            "individual_name": None,
            "name": card["name"],
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
    }
    books.save(session)


def _fail(books: Books, intent: Stored, decline: Decline, card: dict[str, Any], *, charge: str | None) -> None:
    intent.data |= {
        "status": "requires_payment_method",
        "last_payment_error": build_payment_error(decline, charge=charge, card=card),
        "next_action": None,
        "payment_method": None,
    }
    books.save(intent)
    books.emit("payment_intent.payment_failed", intent.data)


def _close(books: Books, session: Stored) -> None:
    session.data |= {"status": "expired", "url": None}
    session.private.pop("card", None)
    books.save(session)
    if session.data["payment_intent"] is not None:
        intent = books.get(INTENT, session.data["payment_intent"], lock=True)
        intent.data |= {
            "status": "canceled",
            "canceled_at": books.second,
            "cancellation_reason": "expired",
            "next_action": None,
        }
        books.save(intent)
        books.emit("payment_intent.canceled", intent.data)
    books.emit("checkout.session.expired", session.data)
