"""What the fixtures start: the sandbox as a server, a shop that listens for webhooks, and a clock to turn."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import requests
import stripe
from flask import Flask, request
from werkzeug.serving import BaseWSGIServer, make_server

API_KEY = "sk_test_sandbox"
SECRET = "whsec_sandbox"
VISA = "4242424242424242"


@dataclass
class Clock:
    """Real time, plus what a test lets pass."""

    ahead: float = 0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Serving:
    """An app on a free port of loopback, served by a thread."""

    app: Flask
    server: BaseWSGIServer
    thread: threading.Thread

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @classmethod
    def start(cls, app: Flask, *, port: int = 0) -> Serving:
        server = make_server("127.0.0.1", port, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        return cls(app, server, thread)

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@dataclass
class Shop:
    """The receiver of webhooks: keeps what was well signed, counts what was not, and fails when told to."""

    received: list[stripe.Event] = field(default_factory=list)
    refused: int = 0
    fail_next: int = 0
    url: str = ""

    def types(self) -> list[str]:
        return [event.type for event in self.received]

    def receive(self) -> tuple[str, int]:
        if self.fail_next:
            self.fail_next -= 1
            return "", 500
        try:
            event = stripe.Webhook.construct_event(request.data, request.headers["Stripe-Signature"], SECRET)
        except stripe.SignatureVerificationError:
            self.refused += 1
            return "", 400
        self.received.append(event)
        return "", 200


@dataclass
class Sandbox:
    """The running sandbox and the ways to use it."""

    serving: Serving
    clock: Clock
    client: stripe.StripeClient
    browser: requests.Session

    @property
    def url(self) -> str:
        return self.serving.url

    def deliver(self) -> int:
        """Send what is due now, in this thread; what a test lets happen happens when it says so."""
        return self.serving.app.extensions["payment_sandbox_background"].deliverer.deliver_due()

    def sweep(self) -> None:
        self.serving.app.extensions["payment_sandbox_background"].sweep()

    def create_session(self, amount: int = 120_000, **more: object) -> stripe.checkout.Session:
        """A session over one line of this many dong."""
        return self.client.v1.checkout.sessions.create(session_parameters(amount, **more))

    def pay(self, session_id: str, number: str = VISA, **typed: str) -> requests.Response:
        """Fill in and send the card form; redirects are not followed."""
        form = {"card_number": number, "card_expiry": "12/40", "card_cvc": "123", "card_name": "NGUYEN THI MAU"} | typed
        return self.browser.post(f"{self.url}/c/pay/{session_id}", form, allow_redirects=False, timeout=10)

    def authenticate(self, session_id: str, outcome: str) -> requests.Response:
        page = f"{self.url}/c/pay/{session_id}/authenticate"
        return self.browser.post(page, {"outcome": outcome}, allow_redirects=False, timeout=10)

    def paid_session(self, amount: int = 120_000) -> stripe.checkout.Session:
        session = self.create_session(amount)
        assert self.pay(session.id).status_code == 303
        return self.client.v1.checkout.sessions.retrieve(session.id)

    def switch(self, **turned: int) -> None:
        answer = self.browser.post(f"{self.url}/sandbox/switches", turned, allow_redirects=False, timeout=10)
        assert answer.status_code == 303


def session_parameters(amount: int = 120_000, **more: object) -> dict[str, object]:
    product = {"name": "Bưởi Phúc Trạch"}
    line = {"price_data": {"currency": "vnd", "unit_amount": amount, "product_data": product}, "quantity": 1}
    return {
        "mode": "payment",
        "line_items": [line],
        "success_url": "http://localhost:8120/orders/abc/return?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://localhost:8120/orders/abc",
        "locale": "en",
        **more,
    }


def make_client(url: str, key: str = API_KEY) -> stripe.StripeClient:
    return stripe.StripeClient(key, base_addresses={"api": url}, max_network_retries=0)
