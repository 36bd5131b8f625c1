"""What a delivery says: the events that match a query, in the order in which they became visible."""

import json
import uuid
from dataclasses import dataclass

from sqlalchemy import Text, cast, select

from core.db import db
from traceability.epcis_rest.epc_formats import translator
from traceability.epcis_rest.query_documents import EventText, query_document
from traceability.journal.event_query import conditions_of, query_from_json
from traceability.journal.issuer import company_prefix
from traceability.journal.models import EpcisEvent
from traceability.journal.parties import Party
from traceability.journal.policies import visible_to
from traceability.journal.redaction import Redactor, needs_redaction
from traceability.subscriptions.models import EpcisArrival, QueryDelivery, QuerySubscription


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event for the subscriber, with its place among all arrivals."""

    number: int
    event: EventText


def arrivals_for(
    subscription: QuerySubscription, party: Party, *, after: int, upto: int, limit: int | None = None
) -> list[Arrival]:
    """The arrivals (the first `limit` of them) after number `after`, up to `upto`, that match the query and `party` may see."""
    query = query_from_json(subscription.query.query, subscription.query.extensions)
    statement = (
        select(
            EpcisArrival.number,
            cast(EpcisEvent.payload, Text),
            cast(EpcisEvent.context, Text),
            EpcisEvent.record_time,
            EpcisEvent.producer_id,
        )
        .join(EpcisEvent, EpcisEvent.id == EpcisArrival.event_id)
        .where(EpcisArrival.number > after, EpcisArrival.number <= upto, visible_to(party), *conditions_of(query))
        .order_by(EpcisArrival.number)
        .limit(limit)
    )
    if subscription.initial_record_time is not None:
        statement = statement.where(EpcisEvent.record_time >= subscription.initial_record_time)
    redactor = Redactor(party) if needs_redaction(party) else None
    return [
        Arrival(number, EventText(_redacted(payload, redactor, producer_id), context, record_time))
        for number, payload, context, record_time, producer_id in db.session.execute(statement)
    ]


def report(subscription: QuerySubscription, party: Party, delivery: QueryDelivery) -> str:
    """The EPCISQueryDocument of the delivery; each try of it says the same (EPCIS 2.0 §9.5)."""
    arrivals = arrivals_for(subscription, party, after=delivery.after_number, upto=delivery.to_number)
    return query_document(
        [arrival.event for arrival in arrivals],
        query_name=subscription.query.name,
        subscription_id=str(subscription.id),
        translate=translator(subscription.epc_format, company_prefix()),
        created_at=delivery.created_at,
    )


def _redacted(payload: str, redactor: Redactor | None, producer_id: uuid.UUID | None) -> str:
    if redactor is None:
        return payload
    event = json.loads(payload)
    shown = redactor.redact(event, producer_id=producer_id)
    return payload if shown is event else json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
