"""Where the payment vendor tells us what happened."""

import threading

import structlog
from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from core.accounts.setup import csrf
from core.web.access import secret_link
from market.payments.configuration import WEBHOOK_PATH, payment_gateway
from market.payments.flow import handle_event
from market.payments.gateway import SignatureRefused

LARGEST_EVENT_BYTES = 512_000
blueprint = Blueprint("payments", __name__)
log = structlog.get_logger("payments")


class Counter:
    """How often something happened in this process; the log line of each time carries the count."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.count = 0

    def add(self) -> int:
        """Count one more and return how many there are."""
        with self._lock:
            self.count += 1
            return self.count


refused_webhooks = Counter()


@blueprint.post(WEBHOOK_PATH)
@csrf.exempt
@secret_link
def webhook() -> ResponseReturnValue:
    """Take in one event. 200 once it took effect, now or before; 400 without a good signature; 503 when we cannot ask
    the vendor, who then sends it again."""
    request.max_content_length = LARGEST_EVENT_BYTES
    gateway = payment_gateway()
    try:
        event = gateway.verify_webhook(request.get_data(), request.headers.get("Stripe-Signature", ""))
    except SignatureRefused:
        log.warning("webhook refused", refused=refused_webhooks.add())
        return "", 400
    handle_event(event=event, gateway=gateway)
    return "", 200
