"""Pages of events: one statement each, continued from a key, so that every event comes once while others are added."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Protocol

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
    true,
    tuple_,
)

from core.db import SettledStatement, read_planned_once, read_value, settled
from core.db.parted_text import FIELD, ROW, sign
from traceability.journal.errors import QueryTooLarge
from traceability.journal.event_order import EventOrder, order_of
from traceability.journal.guarded_terms import asks_guarded
from traceability.journal.models import EpcisEvent
from traceability.journal.page_tokens import page_token, place_of
from traceability.journal.parties import PUBLIC, Party
from traceability.journal.policies import needs_redaction, visible_in_full, visible_to
from traceability.journal.query_conditions import Condition, names_one_object, terms_asked
from traceability.journal.redaction import Redactor

PER_PAGE: Final = 30
MOST_PER_PAGE: Final = 1000
_GUARDED: Final = f"(^|{ROW})(bizTransaction_|source_|destination_|ILMD_|INNER_)|[{{]"
"""Terms of what may have to be held back from a reader: trade, master data and extension fields. An event without
any of them leaves as it is, unread."""

_terms_joined = func.array_to_string(EpcisEvent.terms, sign(ROW), type_=Text)
_COLUMNS: Final = (
    EpcisEvent.id,
    EpcisEvent.event_id,
    EpcisEvent.record_time,
    case((_terms_joined.regexp_match(sign(_GUARDED)), sign("1")), else_=sign("")).label("is_guarded"),
    EpcisEvent.producer_id,
    EpcisEvent.context,
    EpcisEvent.payload,
)


class Asked(Protocol):
    """What a page needs to know of a query."""

    @property
    def conditions(self) -> tuple[Condition, ...]: ...
    @property
    def order_by(self) -> tuple[str, ...] | None: ...
    @property
    def descending(self) -> bool: ...
    @property
    def event_count_limit(self) -> int | None: ...
    @property
    def max_event_count(self) -> int | None: ...
    @property
    def digest(self) -> str: ...


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page: at most `per_page` events (1 to 1000), from the beginning or from where `token` says."""

    per_page: int = PER_PAGE
    token: str | None = None


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event of a page: its JSON text as it came (or redacted), the JSON text of what its document declared beyond
    the standard's context, and when it was recorded, in UTC. `id` is the row's, `event_id` the standard's."""

    id: str
    event_id: str
    payload: str
    context: str | None
    record_time: str


@dataclass(frozen=True, slots=True)
class EventPage:
    """One page in its order; `next_page_token` leads to the next one."""

    rows: list[EventRow]
    next_page_token: str | None = None


@dataclass(frozen=True, slots=True)
class _Position:
    """Where a page begins: after the event with this sort key and id; `served` came on the pages before."""

    key: list[Any]
    id: str
    served: int


def find_page(query: Asked, party: Party, page: PageRequest) -> EventPage:
    """The page, redacted for `party`. Raises QueryParameterError (nextPageToken), QueryTooLarge."""
    position = None if page.token is None else _Position(*place_of(page.token, query.digest))
    order = order_of(query.order_by, descending=query.descending)
    guarded = _asks_guarded(query, order, party)
    if guarded and party is PUBLIC:
        return EventPage([])
    values = {name: value for n, one in enumerate(query.conditions) for name, value in one.parameters(f"p{n}").items()}
    if query.max_event_count is not None and position is None:
        _check_count(query, values, _seen(party, guarded=guarded))
    served = 0 if position is None else position.served
    rest = None if query.event_count_limit is None else query.event_count_limit - served
    per_page = min(max(page.per_page, 1), MOST_PER_PAGE) if rest is None else min(page.per_page, MOST_PER_PAGE, rest)
    if position is not None:
        values |= {"after_id": uuid.UUID(position.id), **order.key_parameters(position.key)}
    values |= {"rows": per_page + 1, **order.parameters()}
    statement = _statement_for(query, order, party, after=position is not None, guarded=guarded)
    read = read_planned_once if _is_of_one_object(query) else read_value
    found = _rows(read(statement, values))
    shown = found[:per_page]
    token = None
    if len(found) > per_page and (rest is None or rest > per_page):
        row_id, _event_id, key, *_rest = shown[-1]
        token = page_token(query.digest, [json.loads(key) if key else [], row_id, served + per_page])
    return EventPage(_readable(shown, party), token)


def _asks_guarded(query: Asked, order: EventOrder, party: Party) -> bool:
    """Whether the query compares or sorts by something that may be held back from `party`."""
    asked = (term for condition in query.conditions for term in terms_asked(condition))
    return needs_redaction(party) and asks_guarded((*asked, *order.names))


def _is_of_one_object(query: Asked) -> bool:
    """Whether one plan suits the query whatever the object is; of other conditions the values decide the plan."""
    return bool(query.conditions) and all(map(names_one_object, query.conditions))


def _seen(party: Party, *, guarded: bool) -> ColumnElement[bool]:
    return visible_in_full(party) if guarded else visible_to(party)


def _statement_for(
    query: Asked, order: EventOrder, party: Party, *, after: bool, guarded: bool
) -> Select[Any] | SettledStatement:
    """The statement of a query: for the public, and for those who read everything, shared by all of one shape."""
    if party is PUBLIC or party.reads_everything:
        shapes = tuple(condition.shape for condition in query.conditions)
        return _shared_statement(_Shaped(shapes, query.conditions), order, after, party is PUBLIC)
    return _statement(query.conditions, order, after=after, seen=_seen(party, guarded=guarded))


class _Shaped:
    """Conditions that are equal when their SQL is, so that queries of one shape share a statement."""

    __slots__ = ("conditions", "shapes")

    def __init__(self, shapes: tuple[tuple[object, ...], ...], conditions: tuple[Condition, ...]) -> None:
        self.shapes = shapes
        self.conditions = conditions

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shaped) and self.shapes == other.shapes

    def __hash__(self) -> int:
        return hash(self.shapes)


@lru_cache(maxsize=256)
def _shared_statement(shaped: _Shaped, order: EventOrder, after: bool, is_public: bool) -> SettledStatement:
    return settled(_statement(shaped.conditions, order, after=after, seen=visible_to(PUBLIC) if is_public else true()))


def _statement(
    conditions: Sequence[Condition], order: EventOrder, *, after: bool, seen: ColumnElement[bool]
) -> Select[Any]:
    """All rows of a page as one text; none of it depends on values."""
    keys = [key.label(f"key_{n}") for n, key in enumerate(order.keys())]
    listed = (
        select(*_COLUMNS, *keys)
        .where(*_clauses(conditions), seen)
        .order_by(*order.sorted(keys))
        .limit(bindparam("rows", type_=Integer))
    )
    if after:
        bound = tuple_(*order.bound_keys(), bindparam("after_id", type_=Uuid))
        here = tuple_(*order.keys(), EpcisEvent.id)
        listed = listed.where(here < bound if order.descending else here > bound)
    page = listed.subquery("page")
    listed_keys = [page.c[key.name] for key in keys]
    row = func.concat_ws(
        sign(FIELD),
        page.c.id,
        page.c.event_id,
        cast(func.json_build_array(*order.texts(listed_keys)), Text) if keys else sign(""),
        func.to_char(func.timezone(sign("UTC"), page.c.record_time), sign('YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
        page.c.is_guarded,
        func.coalesce(cast(page.c.producer_id, Text), sign("")),
        func.coalesce(cast(page.c.context, Text), sign("")),
        page.c.payload,
    )
    # The aggregate takes the rows as the subquery orders them.
    return select(func.string_agg(row, sign(ROW)))


def _clauses(conditions: Sequence[Condition]) -> list[ColumnElement[bool]]:
    return [condition.clause(f"p{n}") for n, condition in enumerate(conditions)]


def _check_count(query: Asked, values: dict[str, Any], seen: ColumnElement[bool]) -> None:
    most = query.max_event_count or 0
    few: Select[Any] = select(literal_column("1")).select_from(EpcisEvent).where(*_clauses(query.conditions), seen)
    counted = select(func.count()).select_from(few.limit(bindparam("most", type_=Integer)).subquery())
    if read_value(counted, {**values, "most": min(most + 1, 2**31 - 1)}) > most:
        raise QueryTooLarge(field="maxEventCount")


def _rows(text: str | None) -> list[list[str]]:
    return [row.split(FIELD, 7) for row in text.split(ROW)] if text else []


def _readable(found: list[list[str]], party: Party) -> list[EventRow]:
    """The rows with what `party` may see."""
    redactor: Redactor | None = None
    rows = []
    for row_id, event_id, _key, recorded, is_guarded, producer_id, context, payload in found:
        shown = payload
        if is_guarded and needs_redaction(party):
            redactor = redactor or Redactor(party)
            shown = _redacted(redactor, payload, producer_id, context)
        rows.append(EventRow(row_id, event_id, shown, context or None, recorded))
    return rows


def _redacted(redactor: Redactor, payload: str, producer_id: str, context: str) -> str:
    event = json.loads(payload)
    seen = redactor.redact(
        event,
        producer_id=uuid.UUID(producer_id) if producer_id else None,
        context=json.loads(context) if context else None,
    )
    return payload if seen is event else json.dumps(seen, ensure_ascii=False, separators=(",", ":"))
