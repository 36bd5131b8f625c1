"""Checkout Sessions: create, retrieve, list, expire."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, request

from .api import answer_list, answer_read, answer_write, api_blueprint, line_items, store
from .errors import ApiError
from .parameters import LIST_FIELDS, Array, Hash, Integer, Metadata, Parameter, Text, Url, email
from .session_objects import build_line_item, build_session
from .store import Books
from .transitions import SESSION, expire_due_sessions, expire_session, read_session

blueprint = api_blueprint("sessions")

# Stripe's table of minimums has no line for the dong: there the amount must be worth the minimum of the currency the
# account settles in, about half a US or Singapore dollar. Half a Singapore dollar is about this many dong.
MINIMUM_AMOUNT_VND = 10_000
# Stripe takes amounts of up to eight digits.
MAXIMUM_AMOUNT_VND = 99_999_999

SHORTEST_SECONDS = 30 * 60
LONGEST_SECONDS = 24 * 3600
# The caller reads its clock before the request travels; Stripe's bound is not meant to fail on that.
CLOCK_TOLERANCE_SECONDS = 30

LOCALES = ("auto", "vi", "en", "en-GB")

CREATE_FIELDS: dict[str, Parameter] = {
    "mode": Text(required=True, choices=("payment",)),
    "line_items": Array(
        Hash(
            {
                "price_data": Hash(
                    {
                        "currency": Text(required=True, choices=("vnd",)),
                        "product_data": Hash(
                            {
                                "name": Text(required=True, longest=250),
                                "description": Text(longest=500),
                                "images": Array(Url(), longest=8),
                                "metadata": Metadata(),
                            },
                            required=True,
                        ),
                        "unit_amount": Integer(required=True, least=0, most=MAXIMUM_AMOUNT_VND),
                    },
                    required=True,
                ),
                "quantity": Integer(required=True, least=1, most=999_999),
            }
        ),
        required=True,
    ),
    "success_url": Url(required=True),
    "cancel_url": Url(),
    "client_reference_id": Text(longest=200),
    "customer_email": email(),
    "expires_at": Integer(least=0),
    "locale": Text(choices=LOCALES),
    "metadata": Metadata(),
    "payment_intent_data": Hash(
        {
            "description": Text(longest=1000),
            "metadata": Metadata(),
            "receipt_email": email(),
            "transfer_group": Text(),
        }
    ),
    "payment_method_types": Array(Text(choices=("card",)), longest=1),
    "submit_type": Text(choices=("auto", "book", "donate", "pay")),
    "ui_mode": Text(choices=("hosted_page",)),
}

LIST_SESSION_FIELDS: dict[str, Parameter] = {
    **LIST_FIELDS,
    "payment_intent": Text(longest=255),
    "status": Text(choices=("complete", "expired", "open")),
}


@blueprint.post("/checkout/sessions")
def create() -> Response:
    return answer_write(CREATE_FIELDS, _create)


def _create(books: Books, parameters: dict[str, Any]) -> dict[str, Any]:
    lines = [build_line_item(line, created=books.second) for line in parameters["line_items"]]
    session = build_session(
        parameters,
        total=_payable_total(lines),
        created=books.second,
        expires_at=_expiry(books, parameters.get("expires_at")),
        public_url=current_app.config["SANDBOX_PUBLIC_URL"],
    )
    private = {"line_items": lines, "payment_intent_data": parameters.get("payment_intent_data", {})}
    return books.add(session, private).data


def _payable_total(lines: list[dict[str, Any]]) -> int:
    total = sum(line["amount_total"] for line in lines)
    if not lines:
        raise ApiError("line_items must not be empty.", code="parameter_missing", param="line_items")
    if total < MINIMUM_AMOUNT_VND:
        raise ApiError(
            f"The session's total must be at least ₫{MINIMUM_AMOUNT_VND}.", code="amount_too_small", param="line_items"
        )
    if total > MAXIMUM_AMOUNT_VND:
        raise ApiError(
            f"The session's total must be at most ₫{MAXIMUM_AMOUNT_VND}.", code="amount_too_large", param="line_items"
        )
    return int(total)


def _expiry(books: Books, wanted: int | None) -> int:
    if wanted is None:
        return books.second + LONGEST_SECONDS
    ahead = wanted - books.second
    if not SHORTEST_SECONDS - CLOCK_TOLERANCE_SECONDS <= ahead <= LONGEST_SECONDS + CLOCK_TOLERANCE_SECONDS:
        raise ApiError("expires_at must lie between 30 minutes and 24 hours from now.", param="expires_at")
    return wanted


@blueprint.get("/checkout/sessions/<session_id>")
def retrieve(session_id: str) -> Response:
    def read(books: Books, _parameters: dict[str, Any]) -> dict[str, Any]:
        books.read_payment(session_id)
        return read_session(books, session_id).data

    return answer_read(read)


@blueprint.get("/checkout/sessions")
def index() -> Response:
    with store().open() as books:
        expire_due_sessions(books)  # as `read_session` for each of them
    return answer_list(SESSION, LIST_SESSION_FIELDS)


@blueprint.get("/checkout/sessions/<session_id>/line_items")
def lines_of(session_id: str) -> Response:
    return answer_read(lambda books, _: line_items(books, session_id) | {"url": request.path})


@blueprint.post("/checkout/sessions/<session_id>/expire")
def expire(session_id: str) -> Response:
    return answer_write({}, lambda books, _: expire_session(books, session_id).data)
