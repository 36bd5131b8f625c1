"""One delivery at a time: what goes out next, and what became of it.

A worker claims a delivery in one transaction, sends it outside of any, and settles it in another. The claim is a
lease: when the worker dies in between, the lease runs out and the same delivery, with the same id, goes out again.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from core.db import db, new_id
from core.mail import request_mail
from traceability.journal.errors import QueryParameterError, QueryTooComplex
from traceability.journal.parties import Party
from traceability.subscriptions.arrivals import last_number
from traceability.subscriptions.models import (
    DeliveryState,
    QueryDelivery,
    QuerySubscription,
    SubscriptionState,
    SuspensionReason,
)
from traceability.subscriptions.queries import find_next_delivery, has_reported_since
from traceability.subscriptions.reports import Arrival, arrivals_for, report
from traceability.subscriptions.rules import (
    ATTEMPTS,
    FAILURES_BEFORE_SUSPENSION,
    LARGEST_BATCH,
    Outcome,
    outcome_of,
    wait_before_retry,
)
from traceability.subscriptions.schedules import parse_schedule
from traceability.subscriptions.subscribers import party_of_subscription

LEASE: Final = timedelta(minutes=2)
"""Longer than sending can take (see `sending`), so that two workers do not send the same at once."""

KEPT: Final = timedelta(days=30)
_NUMBERS_AT_ONCE: Final = 20_000
_STEPS: Final = 20
_MOST_BYTES: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this worker may send now, with everything that sending needs."""

    subscription_id: uuid.UUID
    delivery_id: uuid.UUID
    lease: uuid.UUID
    dest: str
    signature_token: str | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the HTTP status, or when there was none, in a word what went wrong."""

    status: int | None
    problem: str | None = None


def claim_delivery(*, subscription_id: uuid.UUID, now: datetime) -> Claim | None:
    """The next delivery of the subscription, if one is due at `now` and nobody else is sending.

    Deliveries go out one after the other: a newer one waits until the older was delivered or given up. When none is
    waiting, one is made of what has arrived since.
    """
    subscription = db.session.scalars(
        select(QuerySubscription)
        .options(joinedload(QuerySubscription.query))
        .where(QuerySubscription.id == subscription_id, QuerySubscription.state == SubscriptionState.ACTIVE)
        .with_for_update(skip_locked=True, of=QuerySubscription)
    ).one_or_none()
    if subscription is None or (subscription.leased_until is not None and subscription.leased_until > now):
        return None
    party = party_of_subscription(subscription)
    if party is None:
        _suspend(subscription, SuspensionReason.ACCESS, now)
        return None
    try:
        delivery = find_next_delivery(subscription.id) or _next_report(subscription, party, now)
        if delivery is None or delivery.next_attempt_at > now:
            return None
        return _leased(subscription, party, delivery, now)
    except (QueryParameterError, QueryTooComplex):
        # The query was fine when it was made; by now a prefix in it may mean something else, or nothing.
        _suspend(subscription, SuspensionReason.FAILING, now)
        return None


def settle_delivery(*, claim: Claim, answer: Answer, now: datetime, chance: float) -> None:
    """Note what became of a delivery. Nothing happens when the lease is over: another worker sends it again."""
    subscription = db.session.scalars(
        select(QuerySubscription)
        .options(joinedload(QuerySubscription.query))
        .where(QuerySubscription.id == claim.subscription_id)
        .with_for_update(of=QuerySubscription)
    ).one_or_none()
    if subscription is None or subscription.lease != claim.lease:
        return
    subscription.lease = subscription.leased_until = None
    delivery = db.session.get_one(QueryDelivery, claim.delivery_id)
    delivery.last_status, delivery.last_problem = answer.status, answer.problem
    outcome = Outcome.FAILED
    if answer.status is not None:
        outcome = outcome_of(answer.status, event_count=delivery.event_count)
    if outcome is Outcome.DELIVERED:
        delivery.state, delivery.delivered_at = DeliveryState.DELIVERED, now
        subscription.last_notified_at, subscription.failures = now, 0
    elif outcome is Outcome.TOO_LARGE:
        _split(subscription, delivery, now)
    elif delivery.attempts < ATTEMPTS:
        delivery.next_attempt_at = now + wait_before_retry(delivery.attempts, chance=chance)
    else:
        _give_up(subscription, delivery, now)


def forget_old_deliveries(*, now: datetime) -> None:
    """Remove the records of what was delivered, or split up, more than 30 days ago."""
    done = (DeliveryState.DELIVERED, DeliveryState.SPLIT)
    old = QueryDelivery.created_at < now - KEPT
    db.session.execute(delete(QueryDelivery).where(QueryDelivery.state.in_(done), old))


def _next_report(subscription: QuerySubscription, party: Party, now: datetime) -> QueryDelivery | None:
    """Make a delivery of the next matching arrivals; where there are none, remember how far we have looked."""
    if subscription.schedule is None:
        subscription.run_to, subscription.last_run_at = last_number(), now
    elif subscription.next_run_at is not None and subscription.next_run_at <= now:
        subscription.run_to, subscription.last_run_at = last_number(), now
        subscription.next_run_at = parse_schedule(subscription.schedule).next_after(now)
    for _step in range(_STEPS):
        if subscription.position >= subscription.run_to:
            break
        after, upto = subscription.position, min(subscription.run_to, subscription.position + _NUMBERS_AT_ONCE)
        limit = subscription.batch_limit
        found = arrivals_for(subscription, party, after=after, upto=upto, limit=limit + 1)
        batch = _at_most(found[:limit])
        if len(batch) < len(found):
            upto = batch[-1].number
        subscription.position = upto
        if batch:
            return _new_delivery(subscription, after, upto, len(batch), now)
    if _owes_empty_report(subscription):
        return _new_delivery(subscription, subscription.position, subscription.position, 0, now)
    return None


def _owes_empty_report(subscription: QuerySubscription) -> bool:
    """Whether its last run is over, reported nothing, and was to report all the same (reportIfEmpty)."""
    if not subscription.report_if_empty or subscription.last_run_at is None:
        return False
    return subscription.position >= subscription.run_to and not has_reported_since(
        subscription, subscription.last_run_at
    )


def _at_most(found: list[Arrival]) -> list[Arrival]:
    """The beginning of `found` that makes a report of bearable size, one event at least."""
    size = 0
    for count, arrival in enumerate(found):
        size += len(arrival.payload)
        if size > _MOST_BYTES and count:
            return found[:count]
    return found


def _new_delivery(subscription: QuerySubscription, after: int, upto: int, count: int, now: datetime) -> QueryDelivery:
    delivery = QueryDelivery(
        id=new_id(),
        subscription_id=subscription.id,
        created_at=now,
        after_number=after,
        to_number=upto,
        event_count=count,
        attempts=0,
        next_attempt_at=now,
    )
    db.session.add(delivery)
    return delivery


def _leased(subscription: QuerySubscription, party: Party, delivery: QueryDelivery, now: datetime) -> Claim:
    subscription.lease, subscription.leased_until = new_id(), now + LEASE
    delivery.attempts += 1
    delivery.last_attempt_at = now
    # Should the worker die, this is when the delivery is due again.
    delivery.next_attempt_at = now + LEASE
    db.session.flush()
    return Claim(
        subscription_id=subscription.id,
        delivery_id=delivery.id,
        lease=subscription.lease,
        dest=subscription.dest,
        signature_token=subscription.signature_token,
        body=report(subscription, party, delivery).encode(),
    )


def _split(subscription: QuerySubscription, delivery: QueryDelivery, now: datetime) -> None:
    """Send the events of the delivery in two halves, under ids of their own, and no larger batches from now on."""
    subscription.batch_limit = half = max(1, delivery.event_count // 2)
    party = party_of_subscription(subscription)
    if party is None:
        _suspend(subscription, SuspensionReason.ACCESS, now)
        return
    after, upto = delivery.after_number, delivery.to_number
    found = arrivals_for(subscription, party, after=after, upto=upto, limit=LARGEST_BATCH)
    delivery.state = DeliveryState.SPLIT
    middle = found[half - 1].number if len(found) >= half else upto
    _new_delivery(subscription, after, middle, len(found[:half]), now)
    if len(found) > half:
        _new_delivery(subscription, middle, upto, len(found) - half, now)


def _give_up(subscription: QuerySubscription, delivery: QueryDelivery, now: datetime) -> None:
    delivery.state = DeliveryState.DEAD
    subscription.failures += 1
    if subscription.failures >= FAILURES_BEFORE_SUSPENSION:
        _suspend(subscription, SuspensionReason.FAILING, now)


def _suspend(subscription: QuerySubscription, reason: SuspensionReason, now: datetime) -> None:
    """Let it rest, and tell its owner once: what is suspended is not tried, so it cannot be suspended again."""
    subscription.state = SubscriptionState.SUSPENDED
    subscription.suspended_at, subscription.suspended_for = now, reason
    subscription.lease = subscription.leased_until = None
    db.session.flush()
    db.session.refresh(subscription, ["query", "creator"])
    owner = subscription.creator
    if owner is None or owner.email is None or not owner.active:
        return
    request_mail(
        template="subscription_suspended",
        recipient=owner.email,
        locale=owner.locale,
        context={
            "name": owner.display_name,
            "query_name": subscription.query.name,
            "dest": subscription.dest,
            "reason": reason.value,
            "path": "/farm/subscriptions",
        },
    )
