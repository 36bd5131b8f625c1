"""Events: what happened, whether or not its webhook arrived."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Response, request

from .api import answer_read, api_blueprint
from .errors import missing_object
from .listing import list_events, show_event
from .parameters import LIST_FIELDS, Array, Parameter, Text
from .store import OBJECT_ID, Books
from .tables import events

blueprint = api_blueprint("events")

LIST_EVENT_FIELDS: dict[str, Parameter] = {
    **LIST_FIELDS,
    "delivery_success": Text(choices=("true", "false")),
    "type": Text(longest=100),
    "types": Array(Text(required=True, longest=100), longest=20),
}


@blueprint.get("/events")
def index() -> Response:
    return answer_read(lambda books, parameters: list_events(books, parameters, url=request.path), LIST_EVENT_FIELDS)


@blueprint.get("/events/<event_id>")
def retrieve(event_id: str) -> Response:
    return answer_read(lambda books, _: _get_event(books, event_id))


def _get_event(books: Books, event_id: str) -> dict[str, Any]:
    row = None
    if OBJECT_ID.fullmatch(event_id):
        row = books.connection.execute(
            sa.select(events.c.data, events.c.delivery).where(events.c.id == event_id)
        ).first()
    if row is None:
        raise missing_object("event", event_id[:255])
    return show_event(row)
