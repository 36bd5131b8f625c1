"""A purchase by bare SQL: the rows of one that was made, under new keys, in their own tables.

In as many transactions as the site and the sandbox take, with the same updates between them; no page, no rule, and no
question. What PostgreSQL itself needs to keep a purchase: indexes, constraints and triggers are those of the tables.
"""

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from core.db import new_id

Row = dict[str, Any]
Statement = tuple[sql.Composed, Row]

WRITTEN_BY_THE_SERVER = {
    "stock_movements": {"number", "on_hand_after", "reserved_after"},
    "ledger_entries": {"booked_on"},
    "payment_sandbox.objects": {"sequence"},
    "payment_sandbox.events": {"sequence"},
}
"""Columns that triggers and the server fill in, by table."""

NOT_PAID_YET = {
    "session_id": None,
    "payment_intent_id": None,
    "page_url": None,
    "settled_at": None,
    "status": "pending",
}
_SIGNS = "0123456789ABCDEF"


@dataclass(frozen=True)
class BarePurchase:
    """The statements of one purchase by transaction; `keys` are the values that are new in every copy of it."""

    transactions: Sequence[Sequence[Statement]]
    keys: frozenset[uuid.UUID | str]
    offer_id: uuid.UUID

    def make(self, connection: psycopg.Connection[Any], offer_id: uuid.UUID) -> None:
        """Write another one, of `offer_id`."""
        new: dict[Any, Any] = {key: _another(key) for key in self.keys}
        new[self.offer_id] = offer_id
        for statements in self.transactions:
            for statement, values in statements:
                connection.execute(statement, {name: new.get(value, value) for name, value in values.items()})
            connection.commit()


def read_purchase(connection: psycopg.Connection[Any]) -> BarePurchase:
    """The newest purchase that was made over HTTP: one line, one parcel, paid by card through the sandbox."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = _rows(cursor)
    transactions = [list(transaction) for transaction in _transactions(rows)]
    keys = {row["id"] for found in rows.values() for row in found if "id" in row}
    order, payment = rows["orders"][0], rows["payments"][0]
    keys |= {order["number"], order["token"], payment["idempotency_key"], payment["payment_intent_id"]}
    keys |= {rows["inbox_messages"][0]["external_id"], rows["payment_sandbox.idempotency_keys"][0]["key"]}
    return BarePurchase(transactions, frozenset(keys), rows["order_lines"][0]["offer_id"])


def _rows(cursor: psycopg.Cursor[Row]) -> dict[str, list[Row]]:
    """All that was written for it, by table."""

    def read(table: str, condition: str, **values: Any) -> list[Row]:
        cursor.execute(f"SELECT * FROM {table} WHERE {condition}", values)
        return cursor.fetchall()

    [order] = read("orders", "status = 'paid' ORDER BY id DESC LIMIT 1")
    of_order = {"order": order["id"]}
    [parcel] = read("parcels", "order_id = %(order)s", **of_order)
    [cart] = read("carts", "order_id = %(order)s", **of_order)
    [payment] = read("payments", "order_id = %(order)s", **of_order)
    [entry] = read("ledger_entries", "source_id = %(payment)s", payment=payment["id"])
    [session] = read("payment_sandbox.objects", "id = %(id)s", id=payment["session_id"])
    [intent] = read("payment_sandbox.objects", "id = %(id)s", id=payment["payment_intent_id"])
    [charge] = read("payment_sandbox.objects", "id = %(id)s", id=intent["data"]["latest_charge"])
    [moved] = read("payment_sandbox.objects", "id = %(id)s", id=charge["data"]["balance_transaction"])
    events = read(
        "payment_sandbox.events",
        "data->'data'->'object'->>'id' IN (%(session)s, %(intent)s, %(charge)s) ORDER BY sequence",
        session=session["id"],
        intent=intent["id"],
        charge=charge["id"],
    )
    completed = next(event for event in events if event["type"] == "checkout.session.completed")
    return {
        "carts": [cart],
        "cart_lines": read("cart_lines", "cart_id = %(cart)s", cart=cart["id"]),
        "orders": [order],
        "parcels": [parcel],
        "order_lines": read("order_lines", "parcel_id = %(parcel)s", parcel=parcel["id"]),
        "stock_movements": read("stock_movements", "order_id = %(order)s ORDER BY number", **of_order),
        "order_changes": read("order_changes", "order_id = %(order)s ORDER BY id", **of_order),
        "payments": [payment],
        "ledger_entries": [entry],
        "ledger_postings": read("ledger_postings", "entry_id = %(entry)s", entry=entry["id"]),
        "inbox_messages": read("inbox_messages", "external_id = %(event)s", event=completed["id"]),
        "outbox_messages": read("outbox_messages", "id > %(entry)s ORDER BY id LIMIT 2", entry=entry["id"]),
        "payment_sandbox.objects": [session, intent, charge, moved],
        "payment_sandbox.events": events,
        "payment_sandbox.idempotency_keys": read(
            "payment_sandbox.idempotency_keys", "body->>'id' = %(session)s", session=payment["session_id"]
        ),
    }


def _transactions(rows: dict[str, list[Row]]) -> Iterator[Iterator[Statement]]:
    """The statements that make it, transaction by transaction."""
    [cart], [order], [parcel], [payment] = rows["carts"], rows["orders"], rows["parcels"], rows["payments"]
    offer_id, reserve, sell = rows["order_lines"][0]["offer_id"], *rows["stock_movements"]
    session, *paid_objects = rows["payment_sandbox.objects"]
    completed = {"event": rows["inbox_messages"][0]["external_id"]}
    placed, *confirmed = rows["order_changes"]

    def added(*tables: str) -> Iterator[Statement]:
        return (_insertion(table, row) for table in tables for row in rows[table])

    def placing() -> Iterator[Statement]:
        yield _insertion("orders", order | {"status": "awaiting_payment", "paid_at": None})
        yield _insertion("parcels", parcel | {"status": "waiting"})
        yield from added("order_lines")
        yield _update("UPDATE offers SET reserved = reserved + 1 WHERE id = {offer}", offer=offer_id)
        yield _insertion("stock_movements", reserve)
        yield _insertion("order_changes", placed)
        yield _update("UPDATE carts SET order_id = {order} WHERE id = {cart}", order=order["id"], cart=cart["id"])
        yield _insertion("payments", payment | NOT_PAID_YET)

    def opening() -> Iterator[Statement]:
        yield _insertion("payment_sandbox.objects", session)
        yield from added("payment_sandbox.idempotency_keys")

    def paying() -> Iterator[Statement]:
        for row in paid_objects:
            yield _insertion("payment_sandbox.objects", row)
        changed = {"data": Jsonb(session["data"]), "private": Jsonb(session["private"])}
        text = "UPDATE payment_sandbox.objects SET data = {data}, private = {private} WHERE id = {session}"
        yield _update(text, session=session["id"], **changed)
        yield from added("payment_sandbox.events")

    def finishing() -> Iterator[Statement]:
        yield from added("inbox_messages")
        text = (
            "UPDATE payments SET status = 'succeeded', settled_at = now(), payment_intent_id = {intent} WHERE id = {id}"
        )
        yield _update(text, id=payment["id"], intent=payment["payment_intent_id"])
        text = "UPDATE offers SET on_hand = on_hand - 1, reserved = reserved - 1 WHERE id = {offer}"
        yield _update(text, offer=offer_id)
        yield _insertion("stock_movements", sell)
        yield _update("UPDATE orders SET status = 'paid', paid_at = now() WHERE id = {order}", order=order["id"])
        yield _update("UPDATE parcels SET status = 'to_pack' WHERE id = {parcel}", parcel=parcel["id"])
        for row in confirmed:
            yield _insertion("order_changes", row)
        yield from added("ledger_entries", "ledger_postings", "outbox_messages")

    opened = "UPDATE payments SET status = 'open', session_id = {session} WHERE id = {id}"
    tried = "UPDATE payment_sandbox.events SET attempts = 1, last_status = 200 WHERE id = {event}"
    yield iter([_insertion("carts", cart | {"order_id": None}), *added("cart_lines")])
    yield placing()
    yield opening()
    yield iter([_update(opened, id=payment["id"], session=payment["session_id"])])
    yield paying()
    yield finishing()
    yield iter([_update(tried, **completed)])


def _insertion(table: str, row: Row) -> Statement:
    values = {
        name: Jsonb(value) if isinstance(value, dict | list) else value
        for name, value in row.items()
        if name not in WRITTEN_BY_THE_SERVER.get(table, ())
    }
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(*table.split(".")),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(map(sql.Placeholder, values)),
    )
    return statement, values


def _update(text: str, **values: Any) -> Statement:
    return sql.SQL(text).format(**{name: sql.Placeholder(name) for name in values}), values


def _another(key: uuid.UUID | str) -> uuid.UUID | str:
    """A new key of the same kind and length."""
    if isinstance(key, uuid.UUID):
        return new_id()
    return "".join(random.choice(_SIGNS) if sign.isalnum() else sign for sign in key)
