"""Delivery of events to the shop's webhook address: signed, retried with growing pauses, remembered over restarts.

The state of a delivery lives in the events table and is locked while it is under way. A process that dies between
sending and writing that down sends again later: receivers of webhooks must bear that anyway.
"""

from __future__ import annotations

import http.client
import ipaddress
import threading
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import sqlalchemy as sa
import stripe

from core.db.settled_statements import settled

from .errors import SandboxMisconfigured
from .listing import AnyRow
from .store import Books, Store
from .tables import events, switches

TIMEOUT_SECONDS = 10
MOST_ATTEMPTS = 16
LONGEST_PAUSE_SECONDS = 300

_BREAKS = sa.select(switches.c.value).where(switches.c.name == "break_signature").scalar_subquery()
_DUE = settled(
    sa.select(
        events.c.id,
        sa.cast(events.c.data, sa.Text).label("body"),
        events.c.copies,
        events.c.attempts,
        sa.func.coalesce(_BREAKS, 0).label("break_signature"),
    )
    .where(sa.text("delivery = 'pending'"), events.c.due_at <= sa.bindparam("now"))
    .order_by(events.c.due_at, events.c.sequence)
    .limit(sa.literal_column("1"))
    .with_for_update(skip_locked=True)
).sql
_TRIED = settled(
    events.update()
    .where(events.c.id == sa.bindparam("event_id"))
    .values({name: sa.bindparam(name) for name in ("delivery", "attempts", "due_at", "last_status", "last_error")})
).sql


def check_loopback(url: str) -> None:
    """Raise SandboxMisconfigured unless the address is plain http on this machine: test news must not leave it."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if parts.scheme != "http" or not loopback:
        raise SandboxMisconfigured(f"The sandbox sends webhooks to http addresses on loopback only, not to {url!r}.")


def pause_before(attempt: int) -> float:
    """Seconds to wait before the attempt of this number (2 and up): 1, 2, 4 … up to five minutes."""
    return float(min(2 ** (attempt - 2), LONGEST_PAUSE_SECONDS))


@dataclass(frozen=True)
class Delivery:
    """What came of sending one event: an HTTP status, or the reason why there is none."""

    status: int | None
    error: str | None

    @property
    def arrived(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True)
class Deliverer:
    """Sends what is due in a store's events table to one address."""

    store: Store
    url: str
    secret: str
    _kept: threading.local = field(default_factory=threading.local, repr=False, compare=False)

    def deliver_next(self) -> bool:
        """Send the event that has waited longest; False when none is due."""
        with self.store.open() as books:
            event = self._claim(books)
            if event is None:
                return False
            secret = f"{self.secret}-broken" if event.break_signature else self.secret
            deliveries = [self._post(event.body, secret) for _ in range(event.copies)]
            self._write_down(books, event, deliveries[-1])
        return True

    def deliver_due(self) -> int:
        """Send everything that is due now; returns how many events were tried."""
        tried = 0
        while self.deliver_next():
            tried += 1
        return tried

    def _claim(self, books: Books) -> AnyRow | None:
        return next(iter(books.rows(_DUE, {"now": books.now})), None)

    def _post(self, body: str, secret: str) -> Delivery:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": stripe.WebhookSignature.generate_signature_header(body, secret),
            "User-Agent": "payment-sandbox",
        }
        connection = self._connection()
        was_open = connection.sock is not None
        try:
            return self._ask(connection, body.encode(), headers)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            if was_open and isinstance(error, ConnectionError):  # closed by the shop meanwhile, as it may be
                return self._post(body, secret)
            return Delivery(None, f"{type(error).__name__}: {error}"[:500])

    def _connection(self) -> http.client.HTTPConnection:
        """This thread's connection to the shop, which stays open between events."""
        if not hasattr(self._kept, "connection"):
            parts = urlsplit(self.url)
            # http.client, because it follows no redirect and knows no proxy: the news stays on this machine.
            self._kept.connection = http.client.HTTPConnection(
                parts.hostname or "", parts.port or 80, timeout=TIMEOUT_SECONDS
            )
        connection: http.client.HTTPConnection = self._kept.connection
        return connection

    def _ask(self, connection: http.client.HTTPConnection, body: bytes, headers: dict[str, str]) -> Delivery:
        parts = urlsplit(self.url)
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
        response = connection.getresponse()
        response.read()
        return Delivery(response.status, None)

    def _write_down(self, books: Books, event: AnyRow, delivery: Delivery) -> None:
        attempts = event.attempts + 1
        given_up = "failed" if attempts >= MOST_ATTEMPTS else "pending"
        books.write_row(
            _TRIED,
            {
                "event_id": event.id,
                "delivery": "delivered" if delivery.arrived else given_up,
                "attempts": attempts,
                "due_at": books.now + pause_before(attempts + 1),
                "last_status": delivery.status,
                "last_error": delivery.error,
            },
        )


def send_again(books: Books, event_id: str) -> bool:
    """Put an event back into the queue, whatever became of it before; False when there is no such event."""
    changed = books.connection.execute(
        events.update()
        .where(events.c.id == event_id)
        .values(delivery="pending", attempts=0, copies=1, due_at=books.now)
    )
    books.due_events += 1
    return changed.rowcount == 1
