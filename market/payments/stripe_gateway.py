"""The gateway on Stripe's official client; the sandbox speaks the same language at another address."""

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

import stripe
import structlog

from core.errors import Unavailable
from market.payments.configuration import PaymentConfiguration
from market.payments.gateway import (
    CURRENCY,
    RefundOutcome,
    RefundSnapshot,
    RequestRefused,
    SessionSnapshot,
    SessionStatus,
    SignatureRefused,
    WebhookEvent,
)
from market.payments.purposes import PaymentRequest

SIGNATURE_TOLERANCE_SECONDS = 300
CONNECT_SECONDS, READ_SECONDS = 3.0, 10.0
EXPANDED = ["payment_intent.latest_charge"]

Answer = TypeVar("Answer")
log = structlog.get_logger("payments")


class StripeGateway:
    """Implements `PaymentGateway`. One object serves all threads: the client keeps a connection pool in each."""

    def __init__(self, configuration: PaymentConfiguration, *, site_url: str) -> None:
        self._webhook_secret = configuration.webhook_secret
        self._site_url = site_url
        self._client = stripe.StripeClient(
            configuration.api_key,
            base_addresses={"api": configuration.api_url} if configuration.api_url else {},
            http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS)),
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
        options: Any = {"idempotency_key": idempotency_key}
        sessions = self._client.v1.checkout.sessions
        return _session(_asking(lambda: sessions.create(parameters, options)))  # type: ignore[arg-type]

    def fetch_session(self, session_id: str) -> SessionSnapshot | None:
        """GET /v1/checkout/sessions/{id} with its payment and charge."""
        sessions = self._client.v1.checkout.sessions
        try:
            return _session(_asking(lambda: sessions.retrieve(session_id, {"expand": EXPANDED})))
        except RequestRefused as refusal:
            if refusal.code == "resource_missing":
                return None
            raise

    def expire_session(self, session_id: str) -> None:
        """POST /v1/checkout/sessions/{id}/expire."""
        _asking(lambda: self._client.v1.checkout.sessions.expire(session_id))

    def list_sessions(self, *, created_after: datetime) -> Iterator[SessionSnapshot]:
        """GET /v1/checkout/sessions, page by page."""
        sessions = self._client.v1.checkout.sessions
        created: Any = {"created": {"gte": int(created_after.timestamp())}, "limit": 100}
        page = _asking(lambda: sessions.list(created))
        while True:
            yield from (_session(session) for session in page.data)
            if not page.has_more or not page.data:
                return
            following: Any = {**created, "starting_after": page.data[-1].id}
            page = _asking(lambda following=following: sessions.list(following))  # type: ignore[misc]

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
        return _refund(_asking(lambda: self._client.v1.refunds.create(parameters, options)))

    def fetch_refund(self, external_id: str) -> RefundSnapshot:
        """GET /v1/refunds/{id}."""
        return _refund(_asking(lambda: self._client.v1.refunds.retrieve(external_id)))

    def verify_webhook(self, payload: bytes, signature: str) -> WebhookEvent:
        """Check the `Stripe-Signature` header before a single byte of the payload is believed."""
        try:
            text = payload.decode()
            stripe.WebhookSignature.verify_header(
                text, signature, self._webhook_secret, tolerance=SIGNATURE_TOLERANCE_SECONDS
            )
            event = stripe.Event.construct_from(_json_object(text), None)
            about: Any = event["data"]["object"]
            session_id = about["id"] if about["object"] == "checkout.session" else None
            return WebhookEvent(id=str(event["id"]), kind=str(event["type"]), session_id=session_id)
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


def _session(session: stripe.checkout.Session) -> SessionSnapshot:
    intent: Any = session.payment_intent
    expanded = intent is not None and not isinstance(intent, str)
    charge: Any = intent.latest_charge if expanded else None
    if isinstance(charge, str):
        charge = None
    metadata: dict[str, str] = session.to_dict()["metadata"] or {}
    return SessionSnapshot(
        id=session.id,
        status=SessionStatus(session.status or "open"),
        is_paid=session.payment_status == "paid",
        amount=session.amount_total or 0,
        currency=session.currency or "",
        created_at=datetime.fromtimestamp(session.created, UTC),
        payment_id=_payment_id(metadata.get("payment_id")),
        page_url=session.url,
        payment_intent_id=intent.id if expanded else intent,
        captured=charge.amount_captured if charge is not None else 0,
        refunded=charge.amount_refunded if charge is not None else 0,
    )


def _payment_id(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


def _refund(refund: stripe.Refund) -> RefundSnapshot:
    outcomes = {"succeeded": RefundOutcome.SUCCEEDED, "failed": RefundOutcome.FAILED, "canceled": RefundOutcome.FAILED}
    return RefundSnapshot(
        id=refund.id, outcome=outcomes.get(refund.status or "", RefundOutcome.PENDING), amount=refund.amount
    )
