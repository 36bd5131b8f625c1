"""The gateway on Stripe's official client; the sandbox speaks the same language at another address."""

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

import stripe
import structlog

from core.errors import Unavailable
from market.payments.configuration import PaymentConfiguration
from market.payments.gateway import (
    CURRENCY,
    BalanceMovement,
    DisputeSnapshot,
    KeyRefused,
    PaymentSnapshot,
    RefundSnapshot,
    RequestRefused,
    SessionSnapshot,
    SignatureRefused,
    WebhookAddress,
    WebhookEvent,
)
from market.payments.purposes import PaymentRequest
from market.payments.stripe_http import STRIPE_URL, PooledClient
from market.payments.stripe_objects import (
    read_balance,
    read_dispute,
    read_movement,
    read_payment,
    read_refund,
    read_session,
)

SIGNATURE_TOLERANCE_SECONDS = 300
SESSIONS_PATH = "/v1/checkout/sessions"
EXPANDED = ["payment_intent.latest_charge"]

Answer = TypeVar("Answer")
log = structlog.get_logger("payments")


class StripeGateway:
    """Implements `PaymentGateway`. One object serves all threads."""

    def __init__(self, configuration: PaymentConfiguration, *, site_url: str) -> None:
        self._webhook_secret = configuration.webhook_secret
        self._site_url = site_url
        self._client = stripe.StripeClient(
            configuration.api_key,
            base_addresses={"api": configuration.api_url} if configuration.api_url else {},
            http_client=PooledClient(configuration.api_url or STRIPE_URL),
            max_network_retries=1,
        )

    def create_session(
        self, *, payment_id: uuid.UUID, request: PaymentRequest, expires_at: datetime, idempotency_key: str
    ) -> SessionSnapshot:
        """POST /v1/checkout/sessions with the key of the attempt."""
        ours = {"payment_id": str(payment_id), "reference": request.reference}
        parameters: dict[str, Any] = {
            "mode": "payment",
            "line_items": [
                {
                    "price_data": {
                        "currency": CURRENCY,
                        "unit_amount": item.unit_amount_vnd,
                        "product_data": {"name": item.name},
                    },
                    "quantity": item.quantity,
                }
                for item in request.items
            ],
            "success_url": f"{self._site_url}{request.return_path}",
            "cancel_url": f"{self._site_url}{request.cancel_path}",
            "client_reference_id": request.reference,
            "expires_at": int(expires_at.timestamp()),
            "locale": request.locale,
            "metadata": ours,
            "payment_intent_data": {"metadata": ours, "description": request.reference},
        }
        if request.email:
            parameters["customer_email"] = request.email
        return self._ask_for_session("post", SESSIONS_PATH, idempotency_key=idempotency_key, **parameters)

    def fetch_session(self, session_id: str) -> SessionSnapshot | None:
        """GET /v1/checkout/sessions/{id} with its payment and charge."""
        path = f"{SESSIONS_PATH}/{quote(session_id, safe='')}"
        try:
            return self._ask_for_session("get", path, expand=EXPANDED)
        except RequestRefused as refusal:
            if refusal.code == "resource_missing":
                return None
            raise

    def _ask_for_session(self, method: str, path: str, **parameters: Any) -> SessionSnapshot:
        """Every purchase asks twice: the answer is read as it comes, without an object for each of its parts."""
        answer = _asking(lambda: self._client.raw_request(method, path, **parameters))
        return read_session(answer.data)

    def expire_session(self, session_id: str) -> None:
        """POST /v1/checkout/sessions/{id}/expire."""
        _asking(lambda: self._client.v1.checkout.sessions.expire(session_id))

    def list_sessions(self, *, created_after: datetime) -> Iterator[SessionSnapshot]:
        """GET /v1/checkout/sessions, page by page."""
        pages = self._pages(self._client.v1.checkout.sessions, created_after)
        return (read_session(session.to_dict()) for session in pages)

    def list_payments(self, *, created_after: datetime) -> Iterator[PaymentSnapshot]:
        """GET /v1/payment_intents, page by page."""
        return map(read_payment, self._pages(self._client.v1.payment_intents, created_after))

    def list_refunds(self, *, created_after: datetime) -> Iterator[RefundSnapshot]:
        """GET /v1/refunds, page by page."""
        return map(read_refund, self._pages(self._client.v1.refunds, created_after))

    def list_disputes(self, *, created_after: datetime) -> Iterator[DisputeSnapshot]:
        """GET /v1/disputes, page by page."""
        return map(read_dispute, self._pages(self._client.v1.disputes, created_after))

    def list_balance_movements(self, *, created_after: datetime) -> Iterator[BalanceMovement]:
        """GET /v1/balance_transactions, page by page."""
        pages = self._pages(self._client.v1.balance_transactions, created_after, expand=["data.source"])
        return map(read_movement, pages)

    def fetch_balance(self) -> dict[str, int]:
        """GET /v1/balance."""
        return read_balance(_asking(self._client.v1.balance.retrieve))

    def _pages(self, service: Any, created_after: datetime, **more: Any) -> Iterator[Any]:
        """All objects of one kind made since then, newest first: a page is asked for when the one before is used up."""
        wanted: dict[str, Any] = {"created": {"gte": int(created_after.timestamp())}, "limit": 100, **more}
        page = _asking(lambda: service.list(wanted))
        while True:
            yield from page.data
            if not page.has_more or not page.data:
                return
            following = {**wanted, "starting_after": page.data[-1].id}
            page = _asking(lambda following=following: service.list(following))  # type: ignore[misc]

    def refund(
        self, *, payment_intent_id: str, refund_id: uuid.UUID, amount: int, idempotency_key: str
    ) -> RefundSnapshot:
        """POST /v1/refunds with the refund's key."""
        parameters: Any = {
            "payment_intent": payment_intent_id,
            "amount": amount,
            "metadata": {"refund_id": str(refund_id)},
        }
        options: Any = {"idempotency_key": idempotency_key}
        return read_refund(_asking(lambda: self._client.v1.refunds.create(parameters, options)))

    def fetch_refund(self, external_id: str) -> RefundSnapshot:
        """GET /v1/refunds/{id}."""
        return read_refund(_asking(lambda: self._client.v1.refunds.retrieve(external_id)))

    def fetch_dispute(self, external_id: str) -> DisputeSnapshot:
        """GET /v1/disputes/{id}."""
        return read_dispute(_asking(lambda: self._client.v1.disputes.retrieve(external_id)))

    def list_webhook_addresses(self) -> list[WebhookAddress]:
        """GET /v1/webhook_endpoints; an account has at most sixteen."""
        found = _asking_with_key(lambda: self._client.v1.webhook_endpoints.list({"limit": 100}))
        return [
            WebhookAddress(url=each.url, events=frozenset(each.enabled_events), is_enabled=each.status == "enabled")
            for each in found.data
        ]

    def account_currency(self) -> str:
        """GET /v1/account."""
        account = _asking_with_key(self._client.v1.accounts.retrieve_current)
        return account.default_currency or ""

    def verify_webhook(self, payload: bytes, signature: str) -> WebhookEvent:
        """Check the `Stripe-Signature` header before a single byte of the payload is believed."""
        try:
            text = payload.decode()
            stripe.WebhookSignature.verify_header(
                text, signature, self._webhook_secret, tolerance=SIGNATURE_TOLERANCE_SECONDS
            )
            event = _json_object(text)
            about = event["data"]["object"]
            return WebhookEvent(
                id=str(event["id"]),
                kind=str(event["type"]),
                object_kind=str(about["object"]),
                object_id=str(about["id"]) if "id" in about else None,
                account=event.get("account"),
            )
        except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError):
            raise SignatureRefused from None


def _json_object(text: str) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("an event is an object")
    return value


def _asking(call: Callable[[], Answer]) -> Answer:
    """Make one call and turn the client's errors into ours. Raises Unavailable or RequestRefused."""
    try:
        return call()
    except stripe.InvalidRequestError as error:
        log.warning("payment request refused", code=error.code, param=error.param, request_id=error.request_id)
        raise RequestRefused(error.code or "invalid_request") from error
    except stripe.CardError as error:
        raise RequestRefused(error.code or "card_error") from error
    except stripe.StripeError as error:
        # The network, a limit on rates, their fault, a wrong key or a request of ours still running: for the buyer it
        # is the same, and trying again with the same idempotency key is safe.
        log.error("payment service does not answer", error=type(error).__name__, request_id=error.request_id)
        raise Unavailable from error


def _asking_with_key(call: Callable[[], Answer]) -> Answer:
    """As `_asking`, but a key that is not accepted is told apart: whoever checks the set-up can mend that."""

    def ask() -> Answer:
        try:
            return call()
        except (stripe.AuthenticationError, stripe.PermissionError) as error:
            raise KeyRefused from error

    return _asking(ask)
