"""The tables of the sandbox, in a PostgreSQL schema of their own."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSON, JSONB

SCHEMA = "payment_sandbox"
metadata = sa.MetaData(schema=SCHEMA)
_AS_THEY_ARE = {"toast_tuple_target": 8160}
"""Rows up to a page are kept in it as they are: to compress each and unpack it again costs more than the room."""

objects = sa.Table(
    "objects",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("sequence", sa.BigInteger, sa.Identity(always=True), nullable=False, unique=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("data", JSONB, nullable=False),
    # What Stripe knows but does not show: line items, the card that waits for 3-D Secure.
    sa.Column("private", JSONB, nullable=False),
    postgresql_with=_AS_THEY_ARE,
)
sa.Index("objects_by_type", objects.c.type, objects.c.sequence)
sa.Index("objects_by_charge", objects.c.data["charge"].astext)
sa.Index("objects_by_payment_intent", objects.c.data["payment_intent"].astext)
sa.Index(
    "open_sessions",
    objects.c.data["expires_at"].as_integer(),
    postgresql_where=sa.text("type = 'checkout.session' AND data ->> 'status' = 'open'"),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("sequence", sa.BigInteger, sa.Identity(always=True), nullable=False, unique=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("data", JSON, nullable=False),  # goes out as it came in, and nobody looks for anything in it
    sa.Column("delivery", sa.Text, nullable=False),
    sa.Column("copies", sa.Integer, nullable=False, default=1),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("due_at", sa.Double, nullable=False),
    sa.Column("last_status", sa.Integer),
    sa.Column("last_error", sa.Text),
    sa.CheckConstraint("delivery IN ('pending', 'delivered', 'failed', 'lost')", name="known_delivery"),
    postgresql_with=_AS_THEY_ARE,
)
sa.Index("events_due", events.c.due_at, postgresql_where=sa.text("delivery = 'pending'"))

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("params_hash", sa.Text, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("body", JSON, nullable=False),
    sa.Column("request_id", sa.Text, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False, index=True),
)

switches = sa.Table(
    "switches",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
)
