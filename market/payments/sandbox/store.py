"""What the sandbox remembers: tables in a PostgreSQL schema of their own, and one unit of work over them.

Everything that changes together commits together, the events included, so `kill -9` at any moment leaves the books
as they were before or after a payment, never between.
"""

from __future__ import annotations

import json
import re
import secrets
import string
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
import stripe
from psycopg.types.json import Jsonb
from sqlalchemy.dialects.postgresql import insert

from core.db.connection import Answer, SiteConnection, driver_connection

from .errors import missing_object
from .statements import ADD, ADD_EVENT, FIND, FIND_AND_LOCK, FIND_PAYMENT, SAVE, SWITCHES
from .tables import SCHEMA, metadata, switches

WEBHOOK_KINDS = (
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "refund.created",
    "refund.failed",
    "refund.updated",
)
"""The kinds of event that the shop asks for; the others it can only read."""

EVERY_EVENT = ("*",)
"""What an address is enabled for that asks for all events."""

SWITCH_NAMES = ("duplicate", "delay", "reorder", "lose", "break_signature")
OBJECT_ID = re.compile(r"[A-Za-z0-9_]{1,255}")


ALPHABET = string.ascii_letters + string.digits
_SIGN_OF_BYTE = (ALPHABET.encode() * 5)[:256]


def new_id(prefix: str, length: int = 24) -> str:
    """An identifier of Stripe's form, such as `pi_` and 24 random letters and digits."""
    return f"{prefix}_{secrets.token_bytes(length).translate(_SIGN_OF_BYTE).decode()}"


@dataclass(frozen=True)
class Origin:
    """Which request caused a change; both are None for what happened on the hosted page or by the clock."""

    request_id: str | None = None
    idempotency_key: str | None = None


@dataclass
class Stored:
    """An object as the API shows it (`data`) and what is kept beside it (`private`)."""

    data: dict[str, Any]
    private: dict[str, Any]


@dataclass(frozen=True)
class News:
    """An event of a transaction; `text` is its JSON."""

    id: str
    kind: str
    text: str


@dataclass
class Books:
    """One transaction over the sandbox's tables, at one moment `now` (Unix time).

    What is added and saved is written together, before anything else is asked of the database and at the end.
    `due_events` counts those that are to be sent.
    """

    _connection: sa.Connection
    now: float
    origin: Origin = Origin()
    news: list[News] = field(default_factory=list)
    due_events: int = 0
    enabled_events: Collection[str] = EVERY_EVENT
    has_written: bool = False
    _added: dict[str, Stored] = field(default_factory=dict)
    _saved: dict[str, Stored] = field(default_factory=dict)
    _locked: dict[str, Stored] = field(default_factory=dict)
    _read: dict[str, Stored] = field(default_factory=dict)
    _switches: Answer | None = None

    @property
    def _driver(self) -> SiteConnection:
        return driver_connection(self._connection)

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """The rows of a settled statement, which finds everything written."""
        return self.ask(sql, parameters or {}).rows

    def ask(self, sql: str, parameters: Mapping[str, Any]) -> Answer:
        """As `rows`, which can be read when they are wanted: what is asked together is answered together."""
        self.write()
        return self._driver.ask(sql, parameters)

    def write_row(self, sql: str, parameters: Mapping[str, Any]) -> None:
        """Have a settled statement run that answers nothing, after what was added and saved."""
        self.write()
        self.has_written = True
        self._driver.write_soon(sql, parameters)

    @property
    def connection(self) -> sa.Connection:
        """The connection, for statements of any kind: they find everything written."""
        self.write()
        return self._connection

    def write(self) -> None:
        """Have written, with the next question or the commit, what was added and saved since the last time."""
        if self._added or self._saved:
            self.has_written = True
        for stored in self._added.values():
            self._driver.write_soon(ADD, _row(stored))
        for object_id, stored in self._saved.items():
            changed = {"data": Jsonb(stored.data), "private": Jsonb(stored.private)}
            self._driver.write_soon(SAVE, {"of": object_id, **changed})
        self.forget_unwritten()

    def forget_unwritten(self) -> None:
        """Let go of what was added and saved since the last time: it is not to be."""
        self._added.clear()
        self._saved.clear()

    @property
    def second(self) -> int:
        """The moment as Stripe writes times: whole seconds."""
        return int(self.now)

    def find(self, kind: str, object_id: str, *, lock: bool = False) -> Stored | None:
        """The object of this kind and id; `lock` holds its row until the transaction ends."""
        if not OBJECT_ID.fullmatch(object_id):
            return None
        known = self._saved.get(object_id) or self._added.get(object_id) or self._locked.get(object_id)
        if known is None and not lock:
            known = self._read.get(object_id)
        if known is not None:
            return known if known.data["object"] == kind else None
        if lock and self._switches is None:  # who locks an object will tell of it; then the switches are known by then
            self._switches = self.ask(SWITCHES, {})
        rows = self.rows(FIND_AND_LOCK if lock else FIND, {"id": object_id, "kind": kind})
        found = Stored(rows[0].data, rows[0].private) if rows else None
        if found is not None and lock:
            self._locked[object_id] = found
        return found

    def read_payment(self, session_id: str) -> None:
        """Read a session together with its intent and charge, which most want to see with it."""
        if OBJECT_ID.fullmatch(session_id):
            for row in self.rows(FIND_PAYMENT, {"session_id": session_id}):
                self._read[row.data["id"]] = Stored(row.data, row.private)

    def get(self, kind: str, object_id: str, *, lock: bool = False) -> Stored:
        """Like `find`, but raises ApiError 404 `resource_missing`."""
        found = self.find(kind, object_id, lock=lock)
        if found is None:
            raise missing_object(kind.replace(".", " "), object_id[:255])
        return found

    def add(self, data: dict[str, Any], private: dict[str, Any] | None = None) -> Stored:
        """Add a new object."""
        stored = self._added[data["id"]] = Stored(data, private or {})
        return stored

    def save(self, stored: Stored) -> None:
        """Keep an object that was added, or read with `lock=True`, and changed."""
        if stored.data["id"] not in self._added:
            self._saved[stored.data["id"]] = stored

    def switches(self) -> dict[str, int]:
        """Every switch with its value; 0 is off."""
        asked = self._switches or self.ask(SWITCHES, {})
        found = {row.name: row.value for row in asked.rows}
        return {name: found.get(name, 0) for name in SWITCH_NAMES}

    def set_switch(self, name: str, value: int) -> None:
        """Turn a switch; it stays turned over a restart."""
        statement = insert(switches).values(name=name, value=value)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))

    def emit(self, kind: str, data: dict[str, Any]) -> None:
        """Record an event with the object as it is now; it is written when the transaction ends."""
        event_id = new_id("evt")
        event = {
            "id": event_id,
            "object": "event",
            "api_version": stripe.api_version,
            "created": self.second,
            "data": {"object": data},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": self.origin.request_id, "idempotency_key": self.origin.idempotency_key},
            "type": kind,
        }
        self.news.append(News(event_id, kind, json.dumps(event)))  # as it is now: the object may change yet

    def write_news(self) -> None:
        """Write the events of this transaction; the switches decide when and whether each will be sent."""
        if not self.news:
            return
        turned = self.switches()
        rows = [
            {
                "id": event.id,
                "type": event.kind,
                "created": self.second,
                "data": event.text,
                "delivery": self._delivery(event.kind, lose=bool(turned["lose"])),
                "copies": 2 if turned["duplicate"] else 1,
                "attempts": 0,
                # Reordered events wait up to a second, the first one longest, so that the last goes first.
                "due_at": self.now + turned["delay"] + (max(0.1, 1 - position / 10) if turned["reorder"] else 0),
            }
            for position, event in enumerate(self.news)
        ]
        for row in rows:
            self._driver.write_soon(ADD_EVENT, row)
            self.due_events += row["delivery"] == "pending"

    def _delivery(self, kind: str, *, lose: bool) -> str:
        """What is to become of an event; with one that no address asks for there is nothing left to do."""
        if not {kind, "*"} & set(self.enabled_events):
            return "delivered"
        return "lost" if lose else "pending"


def _row(stored: Stored) -> dict[str, Any]:
    data = stored.data
    return {
        "id": data["id"],
        "type": data["object"],
        "created": data["created"],
        "data": Jsonb(data),
        "private": Jsonb(stored.private),
    }


@dataclass
class Store:
    """Opens units of work, and tells whoever delivers events of each that a transaction has left."""

    engine: sa.Engine
    clock: Callable[[], float]
    enabled_events: Collection[str] = EVERY_EVENT
    on_events: list[Callable[[], None]] = field(default_factory=list)

    def create_tables(self) -> None:
        """Make the schema and its tables where they are missing; safe when several processes start at once."""
        with self.engine.begin() as connection:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(SCHEMA, 0))))
            connection.execute(sa.schema.CreateSchema(SCHEMA, if_not_exists=True))
            metadata.create_all(connection)

    @contextmanager
    def open(self, origin: Origin | None = None) -> Iterator[Books]:
        """A transaction: committed when the block ends, rolled back when it raises."""
        with self.engine.begin() as connection:
            books = Books(connection, self.clock(), origin or Origin(), enabled_events=self.enabled_events)
            yield books
            books.write()
            books.write_news()
        for _ in range(books.due_events):
            for tell in self.on_events:
                tell()
