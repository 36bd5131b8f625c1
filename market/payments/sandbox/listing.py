"""Lists, newest first, with Stripe's cursors: `starting_after` and `ending_before` name an object, not a number."""

from __future__ import annotations

import operator
from typing import Any

import sqlalchemy as sa

from .errors import ApiError, missing_object
from .store import Books
from .tables import events, objects

COMPARE = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}
DEFAULT_LIMIT = 10

AnyRow = sa.Row[*tuple[Any, ...]]


def list_page(books: Books, kind: str, parameters: dict[str, Any], *, url: str) -> dict[str, Any]:
    """A page of the objects of one kind; parameters beside the usual four filter by a field of that name."""
    query = sa.select(objects.c.data).where(objects.c.type == kind)
    for name, value in parameters.items():
        if name in ("payment_intent", "charge", "status", "type", "source", "currency"):
            query = query.where(objects.c.data[name].astext == value)
    return _page(books, objects, query, parameters, url)


def list_events(books: Books, parameters: dict[str, Any], *, url: str) -> dict[str, Any]:
    """A page of events, filtered by `type` (a trailing `*` stands for anything), `types` or `delivery_success`."""
    query = sa.select(events.c.data, events.c.delivery)
    if "type" in parameters:
        wanted = parameters["type"]
        if wanted.endswith("*"):
            query = query.where(events.c.type.startswith(wanted[:-1], autoescape=True))
        else:
            query = query.where(events.c.type == wanted)
    if "types" in parameters:
        query = query.where(events.c.type.in_(parameters["types"]))
    if "delivery_success" in parameters:
        delivered = events.c.delivery == "delivered"
        query = query.where(delivered if parameters["delivery_success"] == "true" else ~delivered)
    return _page(books, events, query, parameters, url)


def show_event(row: AnyRow) -> dict[str, Any]:
    """An event as the API shows it: `pending_webhooks` counts the deliveries that are still to come."""
    return {**row.data, "pending_webhooks": 1 if row.delivery == "pending" else 0}


def _page(books: Books, table: sa.Table, query: sa.Select[Any], parameters: dict[str, Any], url: str) -> dict[str, Any]:
    limit = parameters.get("limit", DEFAULT_LIMIT)
    for bound, moment in parameters.get("created", {}).items():
        query = query.where(COMPARE[bound](table.c.created, moment))
    after, before = parameters.get("starting_after"), parameters.get("ending_before")
    if after and before:
        raise ApiError("Give only one of starting_after and ending_before.", param="ending_before")
    backwards = before is not None
    if after:
        query = query.where(table.c.sequence < _position(books, table, after, "starting_after"))
    if before:
        query = query.where(table.c.sequence > _position(books, table, before, "ending_before"))
    query = query.order_by(table.c.sequence.asc() if backwards else table.c.sequence.desc()).limit(limit + 1)
    rows = list(books.connection.execute(query))
    page = rows[:limit]
    if backwards:
        page.reverse()
    data = [show_event(row) if table is events else row.data for row in page]
    return {"object": "list", "data": data, "has_more": len(rows) > limit, "url": url}


def _position(books: Books, table: sa.Table, object_id: str, param: str) -> int:
    position = books.connection.scalar(sa.select(table.c.sequence).where(table.c.id == object_id))
    if position is None:
        raise missing_object("object", object_id, param=param, status=400)
    return int(position)
