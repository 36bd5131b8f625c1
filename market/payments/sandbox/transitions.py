"""What may happen to a session and its payment. Rows are locked in one order: session, intent, charge."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from core.db.settled_statements import settled

from .balance import move_balance, open_dispute
from .balance_objects import charge_fee
from .card_table import AUTHENTICATION_FAILED, Decline
from .cards import CardDetails
from .errors import ApiError
from .payment_objects import build_charge, build_payment_error, build_payment_intent, remember_card
from .store import Books, Stored
from .tables import objects

SESSION, INTENT = "checkout.session", "payment_intent"

_OVERDUE = settled(
    sa.select(objects.c.id)
    .where(
        # As the index over open sessions has them, which is used only when the server sees that it is the same.
        sa.text("type = 'checkout.session' AND data ->> 'status' = 'open'"),
        objects.c.data["expires_at"].as_integer() <= sa.bindparam("second", type_=sa.BigInteger),
    )
    .order_by(objects.c.sequence)
    .limit(sa.literal_column("100"))
    .with_for_update(skip_locked=True)
).sql


class Outcome(StrEnum):
    """How an attempt to pay ended."""

    PAID = "paid"
    DECLINED = "declined"
    AUTHENTICATE = "authenticate"
    CLOSED = "closed"


def attempt_payment(books: Books, session_id: str, card: CardDetails, *, email: str | None) -> Outcome:
    """Pay an open session with a card; a session already paid answers PAID again and takes nothing."""
    session = lock_session(books, session_id)
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
    session = lock_session(books, session_id)
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
    found = books.rows(_OVERDUE, {"second": books.second})
    for row in found:
        _close(books, books.get(SESSION, row.id, lock=True))
    return len(found)


def read_session(books: Books, session_id: str) -> Stored:
    """A session, which nobody reads as open when its time is over, even between two turns of the background sweep.

    Raises ApiError 404.
    """
    session = books.get(SESSION, session_id)
    return lock_session(books, session_id) if _is_overdue(books, session) else session


def lock_session(books: Books, session_id: str) -> Stored:
    """As `read_session`, with the session locked: for whoever is going to change it."""
    session = books.get(SESSION, session_id, lock=True)
    if _is_overdue(books, session):
        _close(books, session)
    return session


def _is_overdue(books: Books, session: Stored) -> bool:
    return bool(session.data["status"] == "open" and session.data["expires_at"] <= books.second)


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
