"""A real sandbox server for tests, wired into the application, and buyers who pay on it."""

import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import requests
import sqlalchemy as sa
import stripe
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.accounts import ANONYMOUS
from core.config import Settings
from core.db import atomic, db
from core.mail.events import MailRequested
from core.outbox.models import OutboxMessage
from market.carts.models import Cart, CartLine
from market.checkout.building import Recipient
from market.checkout.usecases import place_order
from market.offers.models import Offer
from market.orders.models import Order
from market.payments.configuration import PaymentConfiguration, payment_configuration, payment_gateway, use_gateway
from market.payments.gateway import PaymentGateway
from market.payments.models import Payment
from market.payments.sandbox.server import create_sandbox, open_engine
from market.payments.sandbox.tables import SCHEMA
from market.payments.stripe_gateway import StripeGateway
from tests.market.payments.sandbox.running import VISA, Clock, Serving

RECIPIENT = Recipient(
    name="Nguyễn Thị Mẫu", phone="+84912345678", commune_code="18547", address="Thôn 3", email="mau@example.com"
)
DECLINED = "4000000000000002"
CARD = {"card_expiry": "12/40", "card_cvc": "123", "card_name": "NGUYEN THI MAU"}


@dataclass
class LiveSandbox:
    """The running sandbox, the gateway that the application uses, and a browser for the hosted page."""

    serving: Serving
    clock: Clock
    configuration: PaymentConfiguration
    gateway: PaymentGateway
    client: stripe.StripeClient

    def pay(self, page_url: str, number: str = VISA) -> requests.Response:
        """Fill in and send the card form of a hosted page, given by its address or its session's id."""
        session_id = page_url.rsplit("/", 1)[-1]
        return requests.post(
            f"{self.serving.url}/c/pay/{session_id}",
            {"card_number": number} | CARD,
            allow_redirects=False,
            timeout=10,
        )

    def events(self, *kinds: str) -> list[dict[str, object]]:
        """Every event so far of these kinds, or else about hosted pages, oldest first."""
        kinds = kinds or ("checkout.session.completed", "checkout.session.expired")
        found = self.client.v1.events.list({"limit": 100, "types": list(kinds)}).data
        return [event.to_dict() for event in found][::-1]

    def signed(self, event: dict[str, object], *, age: int = 0, secret: str | None = None) -> dict[str, object]:
        """Arguments of a POST that brings `event` as Stripe would."""
        body = json.dumps(event)
        header = stripe.WebhookSignature.generate_signature_header(
            body, secret or self.configuration.webhook_secret, timestamp=int(time.time()) - age
        )
        return {"data": body, "headers": {"Stripe-Signature": header, "Content-Type": "application/json"}}

    def send_events(self, client: FlaskClient, *kinds: str) -> list[int]:
        """Send all events so far, of these kinds or else about hosted pages; the statuses the webhook answered with."""
        return [client.post("/webhooks/stripe", **self.signed(event)).status_code for event in self.events(*kinds)]

    def act(self, path: str, **form: str) -> None:
        """Press a button of the sandbox's own page."""
        answer = requests.post(f"{self.serving.url}/sandbox/{path}", form, allow_redirects=False, timeout=10)
        assert answer.status_code == 303, answer.text

    def banks_answer(self) -> None:
        """Let the banks answer about refunds that they think over."""
        self.lets_pass(10)
        self.serving.app.extensions["payment_sandbox_background"].sweep()

    def lets_pass(self, seconds: float) -> None:
        """Turn the sandbox's clock."""
        self.clock.ahead += seconds


def start_live_sandbox(app: Flask) -> LiveSandbox:
    """Start a sandbox with empty books in the database of `app`, and let `app` pay through it."""
    settings: Settings = app.extensions["settings"]
    derived = payment_configuration(settings)
    url = str(app.config["SQLALCHEMY_DATABASE_URI"])
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.schema.DropSchema(SCHEMA, cascade=True, if_exists=True))
    engine.dispose()
    clock = Clock()
    sandbox = create_sandbox(
        database_url=url,
        api_key=derived.api_key,
        webhook_secret=derived.webhook_secret,
        webhook_url="http://127.0.0.1:9/webhooks/stripe",
        public_url=settings.sandbox_url,
        clock=clock,
        background=False,
    )
    serving = Serving.start(sandbox)
    configuration = PaymentConfiguration(derived.api_key, derived.webhook_secret, serving.url)
    gateway = StripeGateway(configuration, site_url=settings.site_url)
    use_gateway(app, gateway)
    client = stripe.StripeClient(derived.api_key, base_addresses={"api": serving.url}, max_network_retries=0)
    return LiveSandbox(serving, clock, configuration, gateway, client)


def stop_live_sandbox(live: LiveSandbox) -> None:
    """End the server and its connections."""
    live.serving.stop()
    live.serving.app.extensions["payment_sandbox_store"].engine.dispose()


@pytest.fixture
def live_sandbox(app: Flask, session: scoped_session[Session]) -> Iterator[LiveSandbox]:
    """A sandbox server that the application of the tests pays through."""
    with app.app_context():
        before = payment_gateway()
    live = start_live_sandbox(app)
    yield live
    use_gateway(app, before)
    stop_live_sandbox(live)


def make_cart(*lines: tuple[Offer, int]) -> Cart:
    """A basket with so many units of each offer, priced as they are now."""
    cart = Cart()
    db.session.add(cart)
    db.session.flush()
    for offer, quantity in lines:
        db.session.add(CartLine(cart_id=cart.id, offer_id=offer.id, quantity=quantity, seen_price_vnd=offer.price_vnd))
    db.session.flush()
    return cart


def hold_cart(client: FlaskClient, cart: Cart) -> None:
    """Let the browser hold a basket; all that was made so far is committed, so that a refused order keeps it."""
    db.session.commit()
    with client.session_transaction() as browser_session:
        browser_session["cart_id"] = str(cart.id)


def only_payment() -> Payment:
    """The one payment there is."""
    return db.session.scalars(select(Payment).execution_options(populate_existing=True)).one()


def place(*lines: tuple[Offer, int], email: str | None = "mau@example.com", locale: str = "vi") -> uuid.UUID:
    """Place an order for a fresh basket with these lines and commit it; the order's id."""
    cart = make_cart(*lines)
    with atomic():
        return place_order(
            actor=ANONYMOUS,
            cart_id=cart.id,
            recipient=RECIPIENT if email else replace(RECIPIENT, email=None),
            shown_goods_vnd=sum(offer.price_vnd * quantity for offer, quantity in lines),
            commission_basis_points=300,
            locale=locale,
        ).order_id


def order_now(order_id: uuid.UUID) -> Order:
    """The order as it is in the database now."""
    return db.session.get_one(Order, order_id, populate_existing=True)


def payments_now(order_id: uuid.UUID) -> list[Payment]:
    """The attempts to pay an order, the first one first."""
    statement = select(Payment).where(Payment.order_id == order_id).order_by(Payment.attempt)
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def mails_asked_for() -> list[str]:
    """The templates of all mails asked for so far, in order."""
    messages = db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.name == MailRequested.__name__).order_by(OutboxMessage.id)
    )
    return [message.payload["template"] for message in messages]


def last_mail() -> dict[str, Any]:
    """The mail asked for last: its template, and its context."""
    statement = select(OutboxMessage.payload).where(OutboxMessage.name == MailRequested.__name__)
    return db.session.scalars(statement.order_by(OutboxMessage.id.desc()).limit(1)).one()
