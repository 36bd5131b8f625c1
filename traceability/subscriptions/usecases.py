"""Writes of owners: named queries, subscriptions, and what to do with those that failed."""

import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as insert_or_skip

from core.db import after_commit, db, new_id
from core.errors import AppError, Conflict, Refused
from core.i18n import gettext as _
from core.web.outbound import check_public_https_url
from traceability.journal.event_query import query_from_json
from traceability.journal.parties import Party
from traceability.subscriptions.arrivals import number_before, number_recent_events
from traceability.subscriptions.controls import read_controls
from traceability.subscriptions.errors import (
    QueryInvalid,
    QueryNameTaken,
    SubscribeNotPermitted,
    SubscriptionInvalid,
)
from traceability.subscriptions.models import (
    DeliveryState,
    NamedQuery,
    QueryDelivery,
    QuerySubscription,
    SubscriptionState,
)
from traceability.subscriptions.policies import may_query, may_subscribe, owner_for, owners_of
from traceability.subscriptions.queries import (
    count_queries,
    count_subscriptions,
    get_own_subscription,
    get_query,
    get_subscription,
)
from traceability.subscriptions.rules import LARGEST_BATCH, with_extensions
from traceability.subscriptions.schedules import parse_schedule
from traceability.subscriptions.tasks import request_deliveries

MOST_QUERIES: Final = 500
MOST_SUBSCRIPTIONS: Final = 50
LONGEST_NAME: Final = 100
_NAME: Final = re.compile(r"[\w~:-][\w.~: -]*(?<! )")
_PREDEFINED: Final = frozenset({"SimpleEventQuery", "SimpleMasterDataQuery"})
_LIMITED: Final = ("eventCountLimit", "maxEventCount")


def create_query(
    *, party: Party, name: object, query: object, extensions: Mapping[str, str] | None = None
) -> NamedQuery:
    """Keep a query under a name for `party`; it never changes afterwards (EPCIS 2.0 §8.2.7.2).

    `query` is the JSON form of its parameters, `extensions` the namespaces of its extension fields by prefix. Raises
    QueryInvalid or QueryParameterError, which name what is wrong, QueryTooComplex, QueryNameTaken, or Refused.
    """
    owner = owner_for(party)
    if not may_query(party) or owner is None:
        raise Refused
    if not isinstance(name, str) or len(name) > LONGEST_NAME or _NAME.fullmatch(name) is None:
        message = _("A name is up to %(longest)s letters, digits and - _ . ~ : or blanks.", longest=LONGEST_NAME)
        raise QueryInvalid(message, field="name")
    if name in _PREDEFINED:
        raise QueryNameTaken(field="name")
    if not isinstance(query, dict):
        raise QueryInvalid(_("A query is a JSON object."), field="query")
    query_from_json(with_extensions(query, extensions or {}))
    if count_queries(owner.kind, owner.id) >= MOST_QUERIES:
        raise Refused(_("There are too many named queries. Delete one that is not needed."))
    statement = (
        insert_or_skip(NamedQuery)
        .values(
            id=new_id(),
            owner_kind=owner.kind,
            owner_id=owner.id,
            name=name,
            query=query,
            extensions=dict(extensions or {}),
            created_by=party.actor.user_id,
        )
        .on_conflict_do_nothing()
        .returning(NamedQuery)
    )
    made = db.session.scalars(statement).one_or_none()
    if made is None:
        raise QueryNameTaken(field="name")
    return made


def delete_query(*, party: Party, name: str) -> None:
    """Remove a query of the party's own, and with it its subscriptions (EPCIS 2.0 OpenAPI, DELETE of a query)."""
    query = get_query(party, name)
    _check_own(party, query)
    db.session.delete(query)


def subscribe_to_query(
    *, party: Party, query_name: str, controls: object, epc_format: str, now: datetime
) -> QuerySubscription:
    """Have the new results of a query of the party's own sent to an address (EPCIS 2.0 §8.2.5).

    Without `initialRecordTime` the first report begins with what becomes visible from now on. Raises
    SubscriptionInvalid, which names the member, SubscribeNotPermitted, NoSuchQuery or Refused.
    """
    query = get_query(party, query_name)
    if not may_subscribe(party):
        raise Refused
    _check_own(party, query)
    wanted = read_controls(controls)
    for name in _LIMITED:
        if name in query.query:
            raise SubscribeNotPermitted(field=name)
    if count_subscriptions(query) >= MOST_SUBSCRIPTIONS:
        raise Refused(_("There are too many subscriptions to this query. Delete one that is not needed."))
    dest = _checked_address(wanted.dest)
    # From here on a lock is held that others wait for, so whatever takes time comes before.
    position = number_recent_events(now)
    if wanted.initial_record_time is not None:
        position = number_before(wanted.initial_record_time)
    subscription = QuerySubscription(
        query=query,
        created_by=party.actor.user_id,
        token_id=party.token_id,
        created_at=now,
        dest=dest,
        signature_token=wanted.signature_token,
        schedule=wanted.schedule_fields,
        stream=wanted.schedule is None,
        report_if_empty=wanted.report_if_empty,
        initial_record_time=wanted.initial_record_time,
        epc_format=epc_format,
        position=position,
        run_to=position,
        batch_limit=LARGEST_BATCH,
        next_run_at=None if wanted.schedule is None else wanted.schedule.next_after(now),
    )
    db.session.add(subscription)
    db.session.flush()
    after_commit(request_deliveries)
    return subscription


def unsubscribe(*, party: Party, query_name: str, subscription_id: uuid.UUID) -> None:
    """Remove a subscription of the party's own, with what was still to be sent."""
    query = get_query(party, query_name)
    subscription = get_subscription(query, subscription_id)
    _check_own(party, query)
    db.session.delete(subscription)


def resume_subscription(*, party: Party, subscription_id: uuid.UUID, now: datetime) -> None:
    """Deliver again from where it stopped; what was given up goes out first, so that nothing is missed.

    Raises NoSuchSubscription; an active subscription stays as it is.
    """
    subscription = _locked(party, subscription_id)
    if subscription.state == SubscriptionState.ACTIVE:
        return
    subscription.state = SubscriptionState.ACTIVE
    subscription.suspended_at = subscription.suspended_for = None
    subscription.failures = 0
    # Whoever resumes it answers for it from now on: the token that it was made with may be over.
    subscription.created_by, subscription.token_id = party.actor.user_id, party.token_id
    if subscription.schedule is not None:
        subscription.next_run_at = parse_schedule(subscription.schedule).next_after(now)
    _send_again(subscription, now)
    after_commit(request_deliveries)


def retry_deliveries(*, party: Party, subscription_id: uuid.UUID, now: datetime) -> None:
    """Send the deliveries that were given up once more, oldest first and before newer ones.

    Raises NoSuchSubscription, or Conflict while the subscription rests.
    """
    subscription = _locked(party, subscription_id)
    if subscription.state == SubscriptionState.SUSPENDED:
        raise Conflict(_("This subscription rests. Resume it first."))
    _send_again(subscription, now)
    after_commit(request_deliveries)


def _send_again(subscription: QuerySubscription, now: datetime) -> None:
    again: dict[str, Any] = {"state": DeliveryState.PENDING, "attempts": 0, "next_attempt_at": now}
    unsent = (DeliveryState.DEAD, DeliveryState.PENDING)
    db.session.execute(
        update(QueryDelivery)
        .where(QueryDelivery.subscription_id == subscription.id, QueryDelivery.state.in_(unsent))
        .values(again)
    )


def _locked(party: Party, subscription_id: uuid.UUID) -> QuerySubscription:
    subscription = get_own_subscription(party, subscription_id)
    db.session.refresh(subscription, with_for_update={"of": QuerySubscription})
    return subscription


def _check_own(party: Party, query: NamedQuery) -> None:
    """Officers see everybody's queries and change none but their own."""
    if (query.owner_kind, query.owner_id) not in owners_of(party):
        raise Refused


def _checked_address(dest: str) -> str:
    try:
        return check_public_https_url(dest, field="dest")
    except AppError as error:
        raise SubscriptionInvalid(error.message, field="dest") from error
