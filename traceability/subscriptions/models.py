"""Tables of named queries, of subscriptions to them, and of the order in which events became visible."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Sequence, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts import User
from core.db import Model, Nfc, UtcDateTime, db, new_id, utc_now

arrival_number = Sequence("epcis_arrival_number", metadata=db.metadata)
"""The next number of `EpcisArrival`; taken only under its lock."""


class OwnerKind(StrEnum):
    """Whose a named query is."""

    PRODUCER = "producer"
    TOKEN = "token"
    ACCOUNT = "account"


class SubscriptionState(StrEnum):
    """Whether a subscription is delivered, or rests until its owner resumes it."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class SuspensionReason(StrEnum):
    """Why a subscription rests: its deliveries keep failing, or its token or account may no longer read."""

    FAILING = "failing"
    ACCESS = "access"


class DeliveryState(StrEnum):
    """What became of a delivery: `split` was too large for the subscriber and goes out again in smaller ones."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"
    SPLIT = "split"


class EpcisArrival(Model):
    """The place of an event in the order in which events became visible.

    Neither an event's id nor its record time tells this order: a transaction that wrote first may commit last. The
    number is given after the event has been committed, by one transaction at a time, so whoever has seen number n has
    seen every smaller one. A subscription remembers how far it has come by this number and can skip nothing.
    """

    __tablename__ = "epcis_arrivals"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("epcis_events.id"), unique=True)


class NamedQuery(Model):
    """A query under a name (EPCIS 2.0 §8.2.7.2): its parameters as they were given. It never changes.

    `extensions` are the namespaces, by prefix, of the extension fields that it names.

    The name is the owner's own: a producer's, a partner's token's, or an account's.
    """

    __tablename__ = "named_queries"
    __table_args__ = (
        CheckConstraint("owner_kind IN ('producer', 'token', 'account')", name="owner_kind_known"),
        UniqueConstraint("owner_kind", "owner_id", "name", name="uq_named_queries_owner_name"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    owner_kind: Mapped[OwnerKind] = mapped_column(Nfc(10))
    owner_id: Mapped[uuid.UUID]
    name: Mapped[str] = mapped_column(Nfc(200))
    query: Mapped[dict[str, Any]] = mapped_column(JSON)
    extensions: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class QuerySubscription(Model):
    """Where the new results of a named query go, and how far they have come (EPCIS 2.0 §8.2.5).

    Either `schedule` (fields of QuerySchedule as given) or `stream`. `position` is the arrival number up to which
    events have been put into deliveries. What the subscriber may see is what its token, or its account, may see at
    the time of a delivery. `run_to` is the last number of the run that is under way, or was last.

    `lease` belongs to the worker that is sending now; after `leased_until` it is presumed dead.
    """

    __tablename__ = "query_subscriptions"
    __table_args__ = (
        CheckConstraint("(schedule IS NULL) = stream", name="schedule_or_stream"),
        CheckConstraint("state IN ('active', 'suspended')", name="state_known"),
        CheckConstraint("suspended_for IN ('failing', 'access')", name="suspended_for_known"),
        CheckConstraint(
            "CASE WHEN state = 'suspended' THEN num_nulls(suspended_at, suspended_for) = 0 "
            "ELSE num_nonnulls(suspended_at, suspended_for) = 0 END",
            name="suspension_explained",
        ),
        CheckConstraint("batch_limit > 0", name="batch_limit_positive"),
        Index("ix_query_subscriptions_query_id", "query_id", "id"),
        Index("ix_query_subscriptions_active", "id", postgresql_where=text("state = 'active'")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    query_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("named_queries.id", ondelete="CASCADE"))
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    token_id: Mapped[uuid.UUID | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    dest: Mapped[str] = mapped_column(Nfc(2000))
    signature_token: Mapped[str | None] = mapped_column(Nfc(500))
    schedule: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    stream: Mapped[bool]
    report_if_empty: Mapped[bool] = mapped_column(default=False)
    initial_record_time: Mapped[datetime | None] = mapped_column(UtcDateTime)

    epc_format: Mapped[str] = mapped_column(Nfc(30))

    state: Mapped[SubscriptionState] = mapped_column(Nfc(10), default=SubscriptionState.ACTIVE)
    suspended_for: Mapped[SuspensionReason | None] = mapped_column(Nfc(10))
    suspended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(BigInteger)
    run_to: Mapped[int] = mapped_column(BigInteger)
    batch_limit: Mapped[int]
    next_run_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_run_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_notified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease: Mapped[uuid.UUID | None]
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    query: Mapped[NamedQuery] = relationship(lazy="raise")
    creator: Mapped[User | None] = relationship(lazy="raise")


class QueryDelivery(Model):
    """One report to a subscriber: the matching events among the arrivals after `after_number`, up to `to_number`.

    The events are read anew for each try: the journal only grows, so they are the same ones, and what the subscriber
    may no longer see is left out. The id stays, so that the subscriber can tell a repetition.
    """

    __tablename__ = "query_deliveries"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'delivered', 'dead', 'split')", name="state_known"),
        CheckConstraint("after_number <= to_number", name="range_in_order"),
        Index("ix_query_deliveries_subscription_id", "subscription_id", "id"),
        Index(
            "ix_query_deliveries_pending",
            "subscription_id",
            "after_number",
            "id",
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_query_deliveries_dead", "subscription_id", "id", postgresql_where=text("state = 'dead'")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    subscription_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("query_subscriptions.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    after_number: Mapped[int] = mapped_column(BigInteger)
    to_number: Mapped[int] = mapped_column(BigInteger)
    event_count: Mapped[int]
    state: Mapped[DeliveryState] = mapped_column(Nfc(10), default=DeliveryState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    last_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_status: Mapped[int | None]
    last_problem: Mapped[str | None] = mapped_column(Nfc(40))
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    subscription: Mapped[QuerySubscription] = relationship(lazy="raise")
