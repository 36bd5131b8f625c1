"""Farms with subscriptions, and a subscriber that receives them."""

import socket
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.db import atomic, db, utc_now
from core.outbox.relay import deliver_pending
from core.web import outbound
from tests.support.certificates import Authority
from tests.traceability.farm import Farm, make_farm
from tests.traceability.subscriptions.receiver import DEST, HOST, PUBLIC_IP, Receiver
from traceability.journal.parties import Party, party_of
from traceability.subscriptions import delivering, sending
from traceability.subscriptions.models import NamedQuery, QueryDelivery, QuerySubscription
from traceability.subscriptions.usecases import create_query, subscribe_to_query
from traceability.tokens.usecases import issue_token

SECRET = "một bí mật đủ dài"


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names resolve to; other names do not exist."""
    table = {HOST: [PUBLIC_IP]}

    def look_up(host: str, port: int, *_rest: object, **_named: object) -> list[tuple[object, ...]]:
        if host not in table:
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in table[host]]

    monkeypatch.setattr(outbound.socket, "getaddrinfo", look_up)
    return table


@pytest.fixture(scope="session")
def authority() -> Authority:
    """Whom the sender trusts in these tests."""
    return Authority()


@pytest.fixture
def receiver(
    monkeypatch: pytest.MonkeyPatch, names: dict[str, list[str]], authority: Authority, tmp_path: Path
) -> Iterator[Receiver]:
    """The server behind the public address of `partner.example.com`."""
    server = Receiver(authority)
    bundle = tmp_path / "authority.pem"
    bundle.write_bytes(authority.certificate_pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    send_public_address_to(monkeypatch, server)
    yield server
    server.close()


def send_public_address_to(monkeypatch: pytest.MonkeyPatch, server: Receiver) -> None:
    """Let what goes to the public address arrive at `server`, and nothing go anywhere else."""
    local = (server.port,)

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        assert address == (PUBLIC_IP, 443)
        connection = socket.socket()
        connection.settimeout(timeout)
        connection.connect(("127.0.0.1", *local))
        return connection

    monkeypatch.setattr(outbound.socket, "create_connection", connect)


@dataclass
class Subscribed:
    """A farm with a named query, and a subscription to it."""

    farm: Farm
    party: Party
    query: NamedQuery
    subscription: QuerySubscription

    @property
    def id(self) -> uuid.UUID:
        return self.subscription.id

    def deliver(self, now: datetime | None = None) -> bool:
        """Send what is due at `now`, as a worker does; whether there was something."""
        return deliver(self.id, now)

    def deliveries(self) -> list[QueryDelivery]:
        """All deliveries so far, oldest first."""
        statement = select(QueryDelivery).where(QueryDelivery.subscription_id == self.id).order_by(QueryDelivery.id)
        return list(db.session.scalars(statement.execution_options(populate_existing=True)))

    def capture(self, count: int = 1) -> list[str]:
        """Capture so many events of harvests; their ids, in order, once they are known to subscriptions."""
        lots = [self.farm.harvest() for _ in range(count)]
        db.session.flush()
        db.session.commit()
        deliver_pending()
        return [lot.lot_number for lot in lots]


def deliver(subscription_id: uuid.UUID, now: datetime | None = None, chance: float = 0) -> bool:
    """One delivery at a time of the test's choosing."""
    moment = now or utc_now()
    with atomic():
        claim = delivering.claim_delivery(subscription_id=subscription_id, now=moment)
    if claim is None:
        return False
    answer = sending.send(claim, now=moment)
    with atomic():
        delivering.settle_delivery(claim=claim, answer=answer, now=moment, chance=chance)
    return True


@pytest.fixture
def subscribed(session: scoped_session[Session], names: dict[str, list[str]]) -> Callable[..., Subscribed]:
    """Makes a farm that has subscribed to its harvests; members of the subscription as keyword arguments."""

    def make(query: dict[str, Any] | None = None, *, now: datetime | None = None, **controls: Any) -> Subscribed:
        farm = make_farm()
        party = party_of(farm.actor)
        if "schedule" not in controls:
            controls["stream"] = True
        with atomic():
            named = create_query(party=party, name="harvests", query=query or {"EQ_bizStep": ["commissioning"]})
        with atomic():
            subscription = subscribe_to_query(
                party=party,
                query_name="harvests",
                controls={"dest": DEST, "signatureToken": SECRET, **controls},
                epc_format="Always_GS1_Digital_Link",
                now=now or utc_now(),
            )
        return Subscribed(farm, party, named, subscription)

    return make


class Api:
    """The interface, asked with one token."""

    def __init__(self, client: FlaskClient, secret: str | None) -> None:
        self.client = client
        self.headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Send a request below `/epcis/v2/queries`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given: dict[str, Any] = {} if body is None else {"json": body}
        return self.client.open(f"/epcis/v2/queries{path}", method=method, headers={**self.headers, **named}, **given)


@pytest.fixture
def api(client: FlaskClient, names: dict[str, list[str]]) -> Callable[..., Api]:
    """Makes an interface for a farm's token, with all scopes unless said otherwise."""

    def make(farm: Farm | None = None, *scopes: str) -> Api:
        if farm is None:
            return Api(client, None)
        issued = issue_token(
            actor=farm.actor,
            producer_id=farm.producer.id,
            name="Máy chủ",
            scopes=scopes or ["read", "subscribe"],
            valid_days=30,
        )
        db.session.commit()
        return Api(client, issued.secret)

    return make
