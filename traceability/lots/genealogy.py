"""Genealogy: what was made from what, and what was put into what, by the events of the journal.

Both ways over transformations and aggregations, any depth, whoever captured them; what was declared wrong is left out.
`docs/genealogy.md` tells how it is decided and how the statement runs.
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Final

from sqlalchemy import (
    CTE,
    JSON,
    BigInteger,
    ColumnElement,
    DateTime,
    Double,
    Select,
    Text,
    Uuid,
    and_,
    column,
    func,
    or_,
    select,
    text,
    union,
)
from sqlalchemy import true as always
from sqlalchemy.dialects.postgresql import aggregate_order_by

from core.db import db, read_planned_once, utc_now
from traceability.journal.models import EpcisEvent
from traceability.journal.parties import Party
from traceability.journal.policies import reader, visible_to
from traceability.lots import genealogy_sql
from traceability.lots.errors import CircularGenealogy
from traceability.lots.genealogy_rules import (
    Direction,
    Edge,
    EdgeKind,
    Genealogy,
    Node,
    NodeKind,
    depths,
    is_traced_through,
    key_part,
    kind_of,
    merged,
)

__all__ = [
    "Direction",
    "Edge",
    "EdgeKind",
    "Genealogy",
    "Node",
    "NodeKind",
    "check_acyclic",
    "trace",
    "trace_both_ways",
]

MOST_STEPS: Final = 2000
"""How many objects, counted once for each event that leads to them, a trace goes through unless told otherwise."""

_STATEMENTS: Final = {"back": genealogy_sql.BACK, "forward": genealogy_sql.FORWARD}
_KINDS: Final = {"TransformationEvent": EdgeKind.TRANSFORMATION, "AggregationEvent": EdgeKind.AGGREGATION}
_EVER: Final = "-infinity"
_EDGE_COLUMNS: Final = (
    "source", "target", "event_type", "source_event", "event_uri", "event_time", "biz_step", "quantity",
    "unit_of_measure",
)  # fmt: skip


def trace(
    identifiers: Collection[str], direction: Direction, *, limit: int = MOST_STEPS, party: Party | None = None
) -> Genealogy:
    """What the objects with these canonical URIs were made of and hold ("back"), or went into ("forward").

    `limit` bounds the steps; `truncated` says that there were more. With a `party` it holds what that party may read
    of the journal, and ends where it may not read on; without one everything, for callers that check themselves. What
    is not committed yet is not seen. Two statements, whatever the depth.
    """
    starts = dict.fromkeys(dict.fromkeys(identifiers), _EVER)
    edges, truncated = _edges(starts, direction, limit=limit, party=party)
    found = depths(tuple(starts), edges, direction)
    known = _known(found, party)
    nodes = [_node(identifier, depth, known) for identifier, depth in found.items()]
    reached = [edge for edge in edges if edge.source in found and edge.target in found]
    return Genealogy(
        tuple(sorted(nodes, key=lambda node: (node.depth, node.identifier))), tuple(reached), truncated=truncated
    )


def trace_both_ways(identifier: str, *, limit: int = MOST_STEPS, party: Party | None = None) -> Genealogy:
    """Both directions from one object in one genealogy; what came before it has negative depths."""
    back, forward = (trace([identifier], direction, limit=limit, party=party) for direction in ("back", "forward"))
    return merged(back, forward)


def check_acyclic(*, sources: Collection[str], targets: Collection[str]) -> None:
    """Refuse what would make something out of itself: `sources` are about to go into `targets` (canonical URIs).

    The caller has locked what it works with. Containers are asked for what they hold now: a crate may stand in a pallet
    that once stood elsewhere. Raises CircularGenealogy, which names the two.
    """
    now = utc_now().isoformat()
    lasting = (NodeKind.LOT, NodeKind.ITEM)
    for target in dict.fromkeys(targets):
        starts = {target: _EVER if kind_of(target) in lasting else now}
        edges, _truncated = _edges(starts, "forward", limit=MOST_STEPS, party=None, read=db.session.scalar)
        descendants = depths((target,), edges, "forward")
        for source in sources:
            if source in descendants and is_traced_through(source):
                raise CircularGenealogy(source, target)


@cache
def _steps(direction: Direction) -> CTE:
    statement = text(_STATEMENTS[direction]).columns(
        column("source", Text),
        column("target", Text),
        column("source_event", Uuid),
        column("target_event", Uuid),
        column("event_uri", Text),
        column("event_type", Text),
        column("event_time", DateTime(timezone=True)),
        column("biz_step", Text),
        column("quantity", Double),
        column("unit_of_measure", Text),
        column("reached", BigInteger),
    )
    return statement.cte("steps")


@lru_cache(maxsize=64)
def _statement(direction: Direction, party: Party | None) -> Select[tuple[list[list[Any]]]]:
    """The edges as one JSON value, each with whether `party` sees it: that is read from the wire much faster."""
    steps = _steps(direction)
    is_visible: ColumnElement[bool] = always()
    if party is not None and not party.reads_everything:
        named = union(select(steps.c.source_event), select(steps.c.target_event)).subquery()
        seen = select(EpcisEvent.id).where(EpcisEvent.id.in_(select(named)), visible_to(party)).cte("seen")
        is_visible = or_(
            steps.c.source_event.is_(None),
            and_(steps.c.source_event.in_(select(seen)), steps.c.target_event.in_(select(seen))),
        )
    columns = [steps.c[name] for name in _EDGE_COLUMNS]
    row = func.json_build_array(*columns, is_visible, steps.c.reached, type_=JSON)
    in_order = aggregate_order_by(row, steps.c.event_time, steps.c.source, steps.c.target)
    return select(func.coalesce(func.json_agg(in_order), text("'[]'"), type_=JSON))


def _edges(
    starts: Mapping[str, str],
    direction: Direction,
    *,
    limit: int,
    party: Party | None,
    read: Callable[[Select[Any], Mapping[str, Any]], Any] = read_planned_once,
) -> tuple[list[Edge], bool]:
    """The edges that `party` sees, by time, and whether there was more than the limit let through."""
    parameters = {"identifiers": list(starts), "since": list(starts.values()), "most": limit + len(starts) + 1}
    rows = read(_statement(direction, party), parameters)
    edges = [_edge(*values) for *values, is_visible, _reached in rows if is_visible]
    return edges, bool(rows) and rows[0][-1] > limit + len(starts)


def _edge(
    source: str, target: str, event_type: str | None, event_id: str | None, event_uri: str | None, time: str | None,
    biz_step: str | None, quantity: float | None, unit_of_measure: str | None,
) -> Edge:  # fmt: skip
    return Edge(
        source,
        target,
        _KINDS.get(event_type or "", EdgeKind.ITEM_OF_LOT),
        uuid.UUID(event_id) if event_id else None,
        event_uri,
        datetime.fromisoformat(time) if time else None,
        biz_step,
        quantity,
        unit_of_measure,
    )


_Known = Mapping[str, tuple[Any, ...]]


def _known(identifiers: Iterable[str], party: Party | None) -> _Known:
    """What the site knows of trade items, by identifier: lot, producer, and names as far as `party` may read them."""
    keys = [
        (identifier, gtin, key_part(identifier, "10"))
        for identifier in identifiers
        if (gtin := key_part(identifier, "01")) is not None
    ]
    wanted, gtins, lot_numbers = (list(column) for column in zip(*keys, strict=True)) if keys else ([], [], [])
    reads_drafts = party is None or party.reads_everything
    parameters = {
        "identifiers": wanted,
        "gtins": gtins,
        "lot_numbers": lot_numbers,
        "reads_drafts": reads_drafts,
        "own": [] if party is None else sorted(reader(party).producer_ids),
    }
    rows = read_planned_once(_KNOWN, parameters) if keys else []
    return {
        identifier: (uuid.UUID(lot_id) if lot_id else None, uuid.UUID(producer_id), *names)
        for identifier, lot_id, producer_id, *names in rows
    }


_KNOWN: Final = text(
    """
    SELECT coalesce(json_agg(json_build_array(
        wanted.identifier, lots.id, producers.id, products.name_vi, products.name_en, producers.name)), '[]')
    FROM unnest(CAST(:identifiers AS text[]), CAST(:gtins AS text[]), CAST(:lot_numbers AS text[]))
        AS wanted (identifier, gtin, lot_number)
    JOIN products ON products.gtin = wanted.gtin
    JOIN producers ON producers.id = products.producer_id
    LEFT JOIN lots ON lots.product_id = products.id AND lots.lot_number = wanted.lot_number
    WHERE CAST(:reads_drafts AS boolean) OR products.status <> 'draft'
       OR products.producer_id = ANY(CAST(:own AS uuid[]))
    """
)


def _node(identifier: str, depth: int, known: _Known) -> Node:
    return Node(identifier, kind_of(identifier), depth, *known.get(identifier, ()))
