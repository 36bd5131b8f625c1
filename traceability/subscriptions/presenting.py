"""Named queries and subscriptions in the JSON form of the standard's REST interface."""

from datetime import UTC, datetime
from typing import Any

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
        "createdAt": _text(subscription.created_at),
        "initialRecordTime": _text(record_time),
        "minRecordTime": _text(subscription.last_run_at or record_time),
        "epcFormat": subscription.epc_format,
        "state": str(subscription.state),
    }
    if subscription.schedule is None:
        details["stream"] = True
    else:
        details |= {"schedule": subscription.schedule, "reportIfEmpty": subscription.report_if_empty}
    if subscription.last_notified_at is not None:
        details["lastNotifiedAt"] = _text(subscription.last_notified_at)
    return details


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
