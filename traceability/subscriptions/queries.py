"""Reading named queries, subscriptions and their deliveries."""

import uuid
from datetime import datetime

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import contains_eager

from core.db import db
from traceability.journal.parties import Party
from traceability.subscriptions.errors import NoSuchQuery, NoSuchSubscription
from traceability.subscriptions.models import (
    DeliveryState,
    EpcisArrival,
    NamedQuery,
    QueryDelivery,
    QuerySubscription,
    SubscriptionState,
)
from traceability.subscriptions.policies import owned_by, readable_by


def get_query(party: Party, name: str) -> NamedQuery:
    """The query of this name: the party's own, or for officers the oldest of anybody's. Raises NoSuchQuery."""
    statement = (
        select(NamedQuery)
        .where(NamedQuery.name == name, readable_by(party))
        .order_by(owned_by(party).desc(), NamedQuery.id)
        .limit(1)
    )
    query = db.session.scalars(statement).first()
    if query is None:
        raise NoSuchQuery
    return query


def list_queries(party: Party, *, after: uuid.UUID | None, limit: int) -> list[NamedQuery]:
    """Up to `limit` queries that the party may see, oldest first, beginning after the one with id `after`."""
    statement = select(NamedQuery).where(readable_by(party)).order_by(NamedQuery.id).limit(limit)
    if after is not None:
        statement = statement.where(NamedQuery.id > after)
    return list(db.session.scalars(statement))


def count_queries(owner_kind: str, owner_id: uuid.UUID) -> int:
    """How many queries the owner has."""
    own = select(func.count()).where(NamedQuery.owner_kind == owner_kind, NamedQuery.owner_id == owner_id)
    return db.session.scalar(own) or 0


def list_subscriptions(query: NamedQuery, *, after: uuid.UUID | None, limit: int) -> list[QuerySubscription]:
    """Up to `limit` subscriptions of the query, oldest first, beginning after the one with id `after`."""
    statement = (
        select(QuerySubscription)
        .where(QuerySubscription.query_id == query.id)
        .order_by(QuerySubscription.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(QuerySubscription.id > after)
    return list(db.session.scalars(statement))


def count_subscriptions(query: NamedQuery) -> int:
    """How many subscriptions the query has."""
    return db.session.scalar(select(func.count()).where(QuerySubscription.query_id == query.id)) or 0


def get_subscription(query: NamedQuery, subscription_id: uuid.UUID) -> QuerySubscription:
    """The subscription of `query` with this id. Raises NoSuchSubscription."""
    subscription = db.session.get(QuerySubscription, subscription_id)
    if subscription is None or subscription.query_id != query.id:
        raise NoSuchSubscription
    return subscription


def get_own_subscription(party: Party, subscription_id: uuid.UUID) -> QuerySubscription:
    """The subscription of any of the party's own queries, with its query. Raises NoSuchSubscription."""
    statement = _with_query().where(QuerySubscription.id == subscription_id, owned_by(party))
    subscription = db.session.scalars(statement).one_or_none()
    if subscription is None:
        raise NoSuchSubscription
    return subscription


def subscriptions_of(party: Party) -> Select[QuerySubscription]:
    """The subscriptions of all the party's own queries, newest first, with their queries."""
    return _with_query().where(owned_by(party)).order_by(QuerySubscription.id.desc())


def dead_letters_of(subscriptions: list[uuid.UUID], *, limit: int = 100) -> dict[uuid.UUID, list[QueryDelivery]]:
    """The deliveries that were given up, oldest first, by subscription; at most `limit` over all."""
    found: dict[uuid.UUID, list[QueryDelivery]] = {}
    statement = (
        select(QueryDelivery)
        .where(QueryDelivery.subscription_id.in_(subscriptions), QueryDelivery.state == DeliveryState.DEAD)
        .order_by(QueryDelivery.id)
        .limit(limit)
    )
    for delivery in db.session.scalars(statement):
        found.setdefault(delivery.subscription_id, []).append(delivery)
    return found


def waiting_deliveries(subscriptions: list[uuid.UUID]) -> dict[uuid.UUID, QueryDelivery]:
    """The delivery that each subscription is to send next, if it has one."""
    statement = (
        select(QueryDelivery)
        .ext(distinct_on(QueryDelivery.subscription_id))
        .where(QueryDelivery.subscription_id.in_(subscriptions), QueryDelivery.state == DeliveryState.PENDING)
        .order_by(QueryDelivery.subscription_id, QueryDelivery.after_number, QueryDelivery.id)
    )
    return {delivery.subscription_id: delivery for delivery in db.session.scalars(statement)}


def find_next_delivery(subscription_id: uuid.UUID) -> QueryDelivery | None:
    """The oldest delivery that is still to be sent."""
    return db.session.scalars(
        select(QueryDelivery)
        .where(QueryDelivery.subscription_id == subscription_id, QueryDelivery.state == DeliveryState.PENDING)
        .order_by(QueryDelivery.after_number, QueryDelivery.id)
        .limit(1)
    ).first()


def due_subscriptions(now: datetime, *, limit: int) -> list[uuid.UUID]:
    """The subscriptions with something to do at `now`: a try that is due, a run by schedule, or new events."""
    head = (
        select(QueryDelivery.next_attempt_at)
        .where(QueryDelivery.subscription_id == QuerySubscription.id, QueryDelivery.state == DeliveryState.PENDING)
        .order_by(QueryDelivery.after_number, QueryDelivery.id)
        .limit(1)
        .scalar_subquery()
    )
    newest = select(func.coalesce(func.max(EpcisArrival.number), 0)).scalar_subquery()
    has_news = or_(
        and_(QuerySubscription.stream, QuerySubscription.position < newest),
        QuerySubscription.position < QuerySubscription.run_to,
        QuerySubscription.next_run_at <= now,
    )
    statement = (
        select(QuerySubscription.id)
        .where(
            QuerySubscription.state == SubscriptionState.ACTIVE,
            or_(QuerySubscription.leased_until.is_(None), QuerySubscription.leased_until <= now),
            or_(head <= now, and_(head.is_(None), has_news)),
        )
        .order_by(QuerySubscription.last_run_at.nulls_first(), QuerySubscription.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def has_reported_since(subscription: QuerySubscription, moment: datetime) -> bool:
    """Whether a delivery was made at `moment` or later."""
    made = exists().where(QueryDelivery.subscription_id == subscription.id, QueryDelivery.created_at >= moment)
    return bool(db.session.scalar(select(made)))


def _with_query() -> Select[QuerySubscription]:
    return (
        select(QuerySubscription)
        .join(NamedQuery, NamedQuery.id == QuerySubscription.query_id)
        .options(contains_eager(QuerySubscription.query))
    )
