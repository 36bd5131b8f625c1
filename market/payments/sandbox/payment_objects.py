"""The shapes of payment intents, charges and refunds, with every field the client expects.

The functions only build dictionaries. Amounts are whole dong: VND is a zero-decimal currency at Stripe.
"""

from __future__ import annotations

from typing import Any

from .card_table import Decline
from .cards import CardDetails
from .session_objects import CURRENCY
from .store import new_id

RISK_SCORES = {"normal": 0, "elevated": 70, "highest": 90}


def build_payment_intent(session: dict[str, Any], chosen: dict[str, Any], *, created: int) -> dict[str, Any]:
    """The intent behind a session, made at the first attempt; `chosen` is the session's `payment_intent_data`."""
    intent_id = new_id("pi")
    return {
        "id": intent_id,
        "object": "payment_intent",
        "allowed_payment_method_types": None,
        "amount": session["amount_total"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": f"{intent_id}_secret_{new_id('', 25)[1:]}",
        "confirmation_method": "automatic",
        "created": created,
        "currency": CURRENCY,
        "customer": None,
        "customer_account": None,
        "description": chosen.get("description"),
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "managed_payments": {"enabled": False},
        "metadata": chosen.get("metadata", {}),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": session["payment_method_types"],
        "processing": None,
        "receipt_email": chosen.get("receipt_email"),
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": chosen.get("transfer_group"),
    }


def remember_card(card: CardDetails) -> dict[str, Any]:
    """What of a card may be stored: never its number or code."""
    return {
        "brand": card.test_card.brand,
        "last4": card.last4,
        "exp_month": card.expiry_month,
        "exp_year": card.expiry_year,
        "name": card.name,
        "decline": None
        if card.test_card.decline is None
        else [card.test_card.decline.code, card.test_card.decline.decline_code],
        "payment_method": new_id("pm"),
        "refunds": str(card.test_card.refunds),
        "dispute": card.test_card.dispute,
        "inquiry": card.test_card.inquiry,
        "funding": card.test_card.funding,
        "country": card.test_card.country,
        "risk": card.test_card.risk,
    }


def build_charge(
    intent: dict[str, Any], card: dict[str, Any], *, email: str | None, decline: Decline | None, created: int
) -> dict[str, Any]:
    """One attempt to take the money: succeeded without `decline`, failed with it."""
    paid = decline is None
    return {
        "id": new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if paid else 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": _billing_details(card["name"], email),
        "calculated_statement_descriptor": "SANDBOX",
        "captured": paid,
        "created": created,
        "currency": CURRENCY,
        "customer": None,
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None if decline is None else decline.code,
        "failure_message": None if decline is None else decline_message(decline),
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "on_behalf_of": None,
        "outcome": _outcome(decline, card["risk"]),
        "paid": paid,
        "payment_intent": intent["id"],
        "payment_method": card["payment_method"],
        "payment_method_details": {"type": "card", "card": _card_details(card, intent["amount"])},
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "succeeded" if paid else "failed",
        "transfer_data": None,
        "transfer_group": intent["transfer_group"],
    }


def _billing_details(name: str, email: str | None) -> dict[str, Any]:
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {"address": address, "email": email, "name": name, "phone": None, "tax_id": None}


def _card_details(card: dict[str, Any], amount: int) -> dict[str, Any]:
    return {
        "amount_authorized": amount,
        "authorization_code": None,
        "brand": card["brand"],
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": card["country"],
        "exp_month": card["exp_month"],
        "exp_year": card["exp_year"],
        "fingerprint": None,
        "funding": card["funding"],
        "installments": None,
        "last4": card["last4"],
        "mandate": None,
        "network": card["brand"],
        "network_token": {"used": False},
        "network_transaction_id": None,
        "regulated_status": "unregulated",
        "three_d_secure": None,
        "wallet": None,
    }


def _outcome(decline: Decline | None, risk: str) -> dict[str, Any]:
    if decline is None:
        status, reason, message, kind = "approved_by_network", None, "Payment complete.", "authorized"
    else:
        status, reason, kind = "declined_by_network", decline.decline_code or decline.code, "issuer_declined"
        message = decline_message(decline)
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": status,
        "reason": reason,
        "risk_level": risk,
        "risk_score": RISK_SCORES[risk],
        "seller_message": message,
        "type": kind,
    }


def decline_message(decline: Decline) -> str:
    """A sentence for the logs; the buyer reads the hosted page's own, in their language."""
    return f"The card was refused: {(decline.decline_code or decline.code).replace('_', ' ')}."


def build_payment_error(decline: Decline, *, charge: str | None, card: dict[str, Any]) -> dict[str, Any]:
    """An intent's `last_payment_error`."""
    authentication = decline.code == "payment_intent_authentication_failure"
    error: dict[str, Any] = {
        "code": decline.code,
        "doc_url": f"https://docs.stripe.com/error-codes#{decline.code.replace('_', '-')}",
        "message": decline_message(decline),
        "payment_method": {"id": card["payment_method"], "object": "payment_method", "type": "card"},
        "type": "invalid_request_error" if authentication else "card_error",
    }
    if charge is not None:
        error["charge"] = charge
    if decline.decline_code is not None:
        error["decline_code"] = decline.decline_code
    return error


def build_refund(
    charge: dict[str, Any], parameters: dict[str, Any], *, amount: int, created: int, is_pending: bool = False
) -> dict[str, Any]:
    """A refund that went through at once, as card refunds do in Stripe's test mode, or one that the bank considers."""
    return {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": created,
        "currency": CURRENCY,
        "customer": None,
        "customer_account": None,
        "destination_details": {
            "type": "card",
            "card": {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"},
        },
        "metadata": parameters.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": parameters.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending" if is_pending else "succeeded",
        "transfer_reversal": None,
    }
