"""The hosted payment page: what the buyer sees between the shop and the shop. It needs no JavaScript."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, g, make_response, render_template, request, url_for
from flask_babel import lazy_gettext as _l

from .api import store
from .browser import CONTENT_POLICY, see_other
from .card_table import MORE_TEST_CARDS, TEST_CARDS
from .cards import CardDetails, Mistake, read_card
from .errors import ApiError
from .parameters import email as email_parameter
from .store import Books, Stored
from .transitions import INTENT, SESSION, Outcome, answer_authentication, attempt_payment, lock_session, read_session

blueprint = Blueprint("hosted_page", __name__, url_prefix="/c/pay")

TIMEZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PLACEHOLDER = "{CHECKOUT_SESSION_ID}"
FIELDS = ("email", "card_number", "card_expiry", "card_cvc", "card_name")

MISTAKE_MESSAGES = {
    Mistake.MISSING: _l("Please fill this in."),
    Mistake.INVALID_NUMBER: _l("This card number is not right. Please check the digits."),
    Mistake.INVALID_EXPIRY: _l("Write the expiry date as month/year, such as 12/34."),
    Mistake.EXPIRED: _l("The expiry date is in the past."),
    Mistake.INVALID_CVC: _l("The security code is not right."),
    Mistake.TOO_LONG: _l("This is too long."),
}
# Lost and stolen cards read like any other refusal: the person at the keyboard may not be the owner.
DECLINE_MESSAGES = {
    "insufficient_funds": _l("There is not enough money on this card. Please use another card."),
    "expired_card": _l("This card has expired. Please use another card."),
    "incorrect_cvc": _l("The security code is not right. Please check it and try again."),
    "processing_error": _l("The bank could not process the card just now. Please try again in a moment."),
    "test_mode_live_card": _l("This is not a test card. Please take one from the table below."),
    "payment_intent_authentication_failure": _l(
        "The bank could not confirm that it is you. Please try again or use another card."
    ),
}
GENERIC_DECLINE = _l("The bank refused this card. Please use another card.")
EMAIL_MISTAKE = _l("This e-mail address is not right.")


@blueprint.get("/<session_id>")
def show(session_id: str) -> Response:
    with store().open() as books:
        session = _open_books_on(books, session_id)
        failure = _last_failure(books, session)
    return _render(session, failure=failure)


@blueprint.post("/<session_id>")
def pay(session_id: str) -> Response:
    typed = {name: request.form.get(name, "").replace("\0", "") for name in FIELDS}
    with store().open() as books:
        session = _open_books_on(books, session_id, lock=True)
        card, mistakes = _read_form(books, typed)
        if session.data["status"] != "open":
            return _after_closing(session)
        if card is None or mistakes:
            return _render(session, typed=typed, mistakes=mistakes, status=422)
        outcome = attempt_payment(books, session_id, card, email=typed["email"].strip() or None)
        session = books.get(SESSION, session_id)
        failure = _last_failure(books, session)
    if outcome is Outcome.AUTHENTICATE:
        return see_other(url_for("hosted_page.authenticate", session_id=session_id))
    if outcome is Outcome.DECLINED:
        return _render(session, typed=typed, failure=failure, status=402)
    return _after_closing(session)


@blueprint.get("/<session_id>/authenticate")
def authenticate(session_id: str) -> Response:
    with store().open() as books:
        session = _open_books_on(books, session_id)
    if session.data["status"] != "open" or "card" not in session.private:
        return see_other(url_for("hosted_page.show", session_id=session_id))
    return _page("authenticate", session, last4=session.private["card"]["last4"])


@blueprint.post("/<session_id>/authenticate")
def finish_authentication(session_id: str) -> Response:
    passed = request.form.get("outcome") == "complete"
    with store().open() as books:
        _open_books_on(books, session_id, lock=True)
        outcome = answer_authentication(books, session_id, passed=passed)
        session = books.get(SESSION, session_id)
    if outcome is Outcome.DECLINED:
        return see_other(url_for("hosted_page.show", session_id=session_id))
    return _after_closing(session)


def _open_books_on(books: Books, session_id: str, *, lock: bool = False) -> Stored:
    """The session, closed first when its time is over; sets the language of the page. Raises ApiError 404.

    `lock` is for whoever is going to change it.
    """
    session = lock_session(books, session_id) if lock else read_session(books, session_id)
    g.locale = (session.data["locale"] or "auto")[:2]
    return session


def _read_form(books: Books, typed: dict[str, str]) -> tuple[CardDetails | None, dict[str, Any]]:
    card, mistakes = read_card(
        number=typed["card_number"],
        expiry=typed["card_expiry"],
        cvc=typed["card_cvc"],
        name=typed["card_name"],
        today=datetime.fromtimestamp(books.now, TIMEZONE).date(),
    )
    messages: dict[str, Any] = {f"card_{field}": MISTAKE_MESSAGES[mistake] for field, mistake in mistakes.items()}
    try:
        email_parameter().read(typed["email"].strip(), "email")
    except ApiError:
        messages["email"] = EMAIL_MISTAKE
    return card, messages


def _last_failure(books: Books, session: Stored) -> Any:
    """Why the latest attempt failed, in words for the buyer; None when there was none."""
    if session.data["status"] != "open" or session.data["payment_intent"] is None:
        return None
    error = books.get(INTENT, session.data["payment_intent"]).data["last_payment_error"]
    if error is None:
        return None
    return DECLINE_MESSAGES.get(error.get("decline_code") or error["code"], GENERIC_DECLINE)


def _after_closing(session: Stored) -> Response:
    if session.data["payment_status"] == "paid":
        return see_other(_success_url(session))
    return _render(session)


def _success_url(session: Stored) -> str:
    """Only the placeholder as Stripe writes it is filled in: one with encoded braces stays, as it would there."""
    return str(session.data["success_url"]).replace(PLACEHOLDER, session.data["id"])


def _render(
    session: Stored,
    *,
    typed: dict[str, str] | None = None,
    mistakes: dict[str, Any] | None = None,
    failure: Any = None,
    status: int = 200,
) -> Response:
    if session.data["status"] != "open":
        paid = session.data["payment_status"] == "paid"
        return _page("closed", session, status=200 if paid else 410, paid=paid, success_url=_success_url(session))
    kept = dict.fromkeys(FIELDS, "") | {"email": session.data["customer_email"] or ""} | (typed or {})
    digits = "".join(character for character in kept["card_number"] if character.isdigit())
    # The number and the code are asked for again: a full card number is never written into a page.
    kept |= {"card_number": "", "card_cvc": ""}
    return _page(
        "pay",
        session,
        status=status,
        lines=session.private["line_items"],
        kept=kept,
        number_hint=digits[-4:] if len(digits) >= 12 else "",
        mistakes=mistakes or {},
        failure=failure,
        test_cards=TEST_CARDS,
        more_test_cards=MORE_TEST_CARDS,
    )


def _page(name: str, session: Stored, *, status: int = 200, **values: Any) -> Response:
    page = render_template(f"market/payments/sandbox/{name}.html", session=session.data, **values)
    response = make_response(page, status)
    # Browsers apply form-action to the redirect after a form as well, and that one leads back to the shop.
    back = {_origin(address) for address in (session.data["success_url"], session.data["cancel_url"]) if address}
    allowed = " ".join(["'self'", *sorted(back)])
    response.headers["Content-Security-Policy"] = f"{CONTENT_POLICY}; form-action {allowed}"
    return response


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
