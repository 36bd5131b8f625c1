"""Disputes, payouts, balance transactions, and what the account says of itself."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, jsonify

from .api import answer_list, answer_object, answer_read, answer_write, api_blueprint, store
from .balance import DISPUTE, MOVEMENT, PAYOUT, balance, decide_dispute, pay_out, submit_evidence
from .parameters import LIST_FIELDS, Boolean, Hash, Integer, Metadata, Parameter, Text
from .session_objects import CURRENCY
from .store import Books

blueprint = api_blueprint("balance")

DISPUTE_FIELDS: dict[str, Parameter] = {
    "evidence": Hash({"uncategorized_text": Text(longest=20_000), "shipping_tracking_number": Text(longest=500)}),
    "metadata": Metadata(),
    "submit": Boolean(),
}
PAYOUT_FIELDS: dict[str, Parameter] = {
    "amount": Integer(required=True, least=1),
    "currency": Text(required=True, choices=(CURRENCY,)),
    "description": Text(longest=500),
    "metadata": Metadata(),
}


@blueprint.get("/disputes")
def disputes() -> Response:
    return answer_list(DISPUTE, {**LIST_FIELDS, "charge": Text(longest=255), "payment_intent": Text(longest=255)})


@blueprint.get("/disputes/<dispute_id>")
def dispute(dispute_id: str) -> Response:
    return answer_object(DISPUTE, dispute_id)


@blueprint.post("/disputes/<dispute_id>")
def update_dispute(dispute_id: str) -> Response:
    return answer_write(DISPUTE_FIELDS, lambda books, parameters: _update(books, dispute_id, parameters))


def _update(books: Books, dispute_id: str, parameters: dict[str, Any]) -> dict[str, Any]:
    found = books.get(DISPUTE, dispute_id, lock=True)
    found.data["evidence"] |= parameters.get("evidence", {})
    found.data["metadata"] |= parameters.get("metadata", {})
    books.save(found)
    # As at Stripe, evidence goes to the bank at once unless `submit` says otherwise.
    if "evidence" in parameters and parameters.get("submit", True):
        return submit_evidence(books, dispute_id).data
    return found.data


@blueprint.post("/disputes/<dispute_id>/close")
def close_dispute(dispute_id: str) -> Response:
    """Give in: the buyer keeps the money."""
    return answer_write({}, lambda books, _: decide_dispute(books, dispute_id, won=False).data)


@blueprint.get("/payouts")
def payouts() -> Response:
    return answer_list(PAYOUT, {**LIST_FIELDS, "status": Text(choices=("paid", "pending", "failed", "canceled"))})


@blueprint.get("/payouts/<payout_id>")
def payout(payout_id: str) -> Response:
    return answer_object(PAYOUT, payout_id)


@blueprint.post("/payouts")
def create_payout() -> Response:
    return answer_write(PAYOUT_FIELDS, lambda books, parameters: pay_out(books, parameters["amount"]).data)


@blueprint.get("/balance_transactions")
def balance_transactions() -> Response:
    filters = {"type": Text(longest=40), "source": Text(longest=255), "currency": Text(choices=(CURRENCY,))}
    return answer_list(MOVEMENT, {**LIST_FIELDS, **filters})


@blueprint.get("/balance_transactions/<movement_id>")
def balance_transaction(movement_id: str) -> Response:
    return answer_object(MOVEMENT, movement_id)


@blueprint.get("/balance")
def show_balance() -> Response:
    return answer_read(lambda books, _: _balance(books))


def _balance(books: Books) -> dict[str, Any]:
    held = {"amount": balance(books), "currency": CURRENCY, "source_types": {"card": balance(books)}}
    none = {"amount": 0, "currency": CURRENCY, "source_types": {"card": 0}}
    return {"object": "balance", "available": [held], "livemode": False, "pending": [none]}


@blueprint.get("/account")
def account() -> Response:
    """The account of the key: enough of it for whoever checks the set-up."""
    return jsonify(
        {
            "id": "acct_sandbox",
            "object": "account",
            "business_profile": None,
            "business_type": None,
            "capabilities": {"card_payments": "active"},
            "charges_enabled": True,
            "country": "VN",
            "default_currency": CURRENCY,
            "details_submitted": True,
            "email": None,
            "metadata": {},
            "payouts_enabled": True,
            "type": "standard",
        }
    )


@blueprint.get("/webhook_endpoints")
def webhook_endpoints() -> Response:
    """The one address that news is sent to, for all kinds that the shop needs."""
    fields = {name: LIST_FIELDS[name] for name in ("limit", "starting_after", "ending_before")}
    return answer_read(lambda _books, _: _endpoints(), fields)


def _endpoints() -> dict[str, Any]:
    endpoint = {
        "id": "we_sandbox",
        "object": "webhook_endpoint",
        "api_version": None,
        "application": None,
        "created": 0,
        "description": None,
        "enabled_events": list(store().enabled_events),
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": current_app.config["SANDBOX_WEBHOOK_URL"],
    }
    return {"object": "list", "data": [endpoint], "has_more": False, "url": "/v1/webhook_endpoints"}
