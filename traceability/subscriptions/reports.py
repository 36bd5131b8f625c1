"""What a delivery says: the events that match a query, in the order in which they became visible."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Text, cast, select

from core.db import db
from traceability.epcis.event_builders import iso_time
from traceability.epcis_rest.epc_formats import translator
from traceability.epcis_rest.query_documents import query_document
from traceability.journal.event_query import query_from_json
from traceability.journal.guarded_terms import asks_guarded
from traceability.journal.issuer import company_prefix
from traceability.journal.models import EpcisEvent
from traceability.journal.parties import Party
from traceability.journal.policies import visible_in_full, visible_to
from traceability.journal.query_conditions import Condition, terms_asked
from traceability.journal.redaction import Redactor, needs_redaction
from traceability.subscriptions.models import EpcisArrival, QueryDelivery, QuerySubscription
from traceability.subscriptions.rules import with_extensions


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event for the subscriber, with its place among all arrivals; `record_time` is ISO 8601 in UTC."""

    number: int
    event_id: str
    payload: str
    context: str | None
    record_time: str


def arrivals_for(
    subscription: QuerySubscription, party: Party, *, after: int, upto: int, limit: int | None = None
) -> list[Arrival]:
    """What arrived after number `after` up to `upto`, matches the query and `party` may see; at most `limit`."""
    named = subscription.query
    conditions = query_from_json(with_extensions(named.query, named.extensions)).conditions
    values = {name: value for n, one in enumerate(conditions) for name, value in one.parameters(f"p{n}").items()}
    statement = (
        select(
            EpcisArrival.number,
            EpcisEvent.event_id,
            cast(EpcisEvent.payload, Text),
            cast(EpcisEvent.context, Text),
            EpcisEvent.record_time,
            EpcisEvent.producer_id,
        )
        .join(EpcisEvent, EpcisEvent.id == EpcisArrival.event_id)
        .where(EpcisArrival.number > after, EpcisArrival.number <= upto, _seen(party, conditions))
        .where(*(condition.clause(f"p{n}") for n, condition in enumerate(conditions)))
        .order_by(EpcisArrival.number)
        .limit(limit)
    )
    if subscription.initial_record_time is not None:
        statement = statement.where(EpcisEvent.record_time >= subscription.initial_record_time)
    redactor = Redactor(party) if needs_redaction(party) else None
    return [
        Arrival(number, event_id, _redacted(payload, redactor, producer_id, context), context, iso_time(record_time))
        for number, event_id, payload, context, record_time, producer_id in db.session.execute(statement, values)
    ]


def report(subscription: QuerySubscription, party: Party, delivery: QueryDelivery) -> str:
    """The EPCISQueryDocument of the delivery; each try of it says the same (EPCIS 2.0 §9.5)."""
    arrivals = arrivals_for(subscription, party, after=delivery.after_number, upto=delivery.to_number)
    return query_document(
        arrivals,
        query_name=subscription.query.name,
        subscription_id=str(subscription.id),
        translate=translator(subscription.epc_format, company_prefix()),
        created_at=delivery.created_at,
    )


def _seen(party: Party, conditions: Sequence[Condition]) -> ColumnElement[bool]:
    """Which events `party` may be told of: what is held back from it must not show by what a query finds, either."""
    asked = (term for condition in conditions for term in terms_asked(condition))
    return visible_in_full(party) if needs_redaction(party) and asks_guarded(asked) else visible_to(party)


def _redacted(payload: str, redactor: Redactor | None, producer_id: uuid.UUID | None, context: str | None) -> str:
    if redactor is None:
        return payload
    event = json.loads(payload)
    shown = redactor.redact(event, producer_id=producer_id, context=None if context is None else json.loads(context))
    return payload if shown is event else json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
