"""Named queries and subscriptions in the JSON form of the standard's REST interface."""

from typing import Any

from traceability.epcis.event_builders import iso_time
from traceability.subscriptions.models import NamedQuery, QuerySubscription


def query_definition(query: NamedQuery) -> dict[str, Any]:
    """A named query as it was given."""
    return {"name": query.name, "query": query.query}


def subscription_details(subscription: QuerySubscription, query_name: str) -> dict[str, Any]:
    """A subscription without its secret; `state` is ours: active, or suspended after deliveries kept failing."""
    record_time = subscription.initial_record_time or subscription.created_at
    details: dict[str, Any] = {
        "subscriptionID": str(subscription.id),
        "queryName": query_name,
        "dest": subscription.dest,
        "createdAt": iso_time(subscription.created_at),
        "initialRecordTime": iso_time(record_time),
        "minRecordTime": iso_time(subscription.last_run_at or record_time),
        "epcFormat": subscription.epc_format,
        "state": str(subscription.state),
    }
    if subscription.schedule is None:
        details["stream"] = True
    else:
        details |= {"schedule": subscription.schedule, "reportIfEmpty": subscription.report_if_empty}
    if subscription.last_notified_at is not None:
        details["lastNotifiedAt"] = iso_time(subscription.last_notified_at)
    return details
