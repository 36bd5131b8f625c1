"""Genealogy: what was made from what, and what was put into what, by the events of the journal.

Both ways over transformations and aggregations, any depth, whoever captured them; what was declared wrong is left out.
`docs/genealogy.md` tells how it is decided and how the statement runs.
"""

import uuid
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select

from core.db import SettledStatement, read_planned_once, read_value, read_within_transaction, utc_now
from traceability.journal.parties import Party
from traceability.lots.errors import CircularGenealogy
from traceability.lots.genealogy_rules import (
    Direction,
    Edge,
    EdgeKind,
    Genealogy,
    Node,
    NodeKind,
    depths,
    is_lot_or_item,
    is_traced_through,
    kind_of,
    merged,
)
from traceability.lots.genealogy_statement import readable_events_statement, trace_statement

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

_KINDS: Final = {"TransformationEvent": EdgeKind.TRANSFORMATION, "AggregationEvent": EdgeKind.AGGREGATION}
_EVER: Final = "-infinity"


def trace(
    identifiers: Collection[str], direction: Direction, *, limit: int = MOST_STEPS, party: Party | None = None
) -> Genealogy:
    """What the objects with these canonical URIs were made of and hold ("back"), or went into ("forward").

    `limit` bounds the steps; `truncated` says that there were more. With a `party` it holds what that party may read
    of the journal, and ends where it may not read on; without one everything, for callers that check themselves. What
    is not committed yet is not seen. One statement, whatever the depth, and one more for
    the events of others' goods.
    """
    starts = dict.fromkeys(dict.fromkeys(identifiers), _EVER)
    edges, known, truncated = _traced(starts, direction, limit=limit, party=party)
    found = depths(tuple(starts), edges, direction)
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
        edges, _known, _truncated = _traced(
            starts, "forward", limit=MOST_STEPS, party=None, read=read_within_transaction
        )
        descendants = depths((target,), edges, "forward")
        for source in sources:
            if source in descendants and is_traced_through(source):
                raise CircularGenealogy(source, target)


_Known = Mapping[str, tuple[Any, ...]]
_Row = list[Any]


def _traced(
    starts: Mapping[str, str],
    direction: Direction,
    *,
    limit: int,
    party: Party | None,
    read: Callable[[Select[Any] | SettledStatement, Mapping[str, Any]], Any] = read_planned_once,
) -> tuple[list[Edge], _Known, bool]:
    """The edges that `party` sees, by time, what is known of things, and whether the limit kept something back."""
    parameters = {"identifiers": list(starts), "since": list(starts.values()), "most": limit + len(starts) + 1}
    rows, things, reached = read(trace_statement(direction, party), parameters)
    known = {
        identifier: (uuid.UUID(lot_id) if lot_id else None, uuid.UUID(producer_id), *names)
        for identifier, lot_id, producer_id, *names in things
    }
    edges = [_edge(row) for row in _readable(rows, known, party)]
    return edges, known, reached > limit + len(starts)


def _readable(rows: list[_Row], known: _Known, party: Party | None) -> list[_Row]:
    """The edges both of whose events `party` may read.

    An event about a lot or an item is readable when its product is (`readable_product`): source and target stand in
    their events, and none of these gives out serial numbers. Only the events of what else there is are looked up.
    """
    if party is None or party.reads_everything:
        return rows
    products = {identifier for identifier in known if is_lot_or_item(identifier)}
    readable = {row[2] for row in rows if row[0] in products} | {row[3] for row in rows if row[1] in products}
    asked = sorted({event for row in rows for event in row[2:4] if event is not None} - readable)
    if asked:
        readable.update(read_value(readable_events_statement(party), {"events": [uuid.UUID(event) for event in asked]}))
    readable.add(None)  # no event stands between a lot and its items
    return [row for row in rows if row[2] in readable and row[3] in readable]


def _edge(row: _Row) -> Edge:
    source, target, _source_event, _target_event, event_type, event_uri, time, biz_step, quantity, unit = row
    moment = datetime.fromisoformat(time) if time else None
    kind = _KINDS.get(event_type, EdgeKind.ITEM_OF_LOT)
    return Edge(source, target, kind, event_uri, moment, biz_step, quantity, unit)


def _node(identifier: str, depth: int, known: _Known) -> Node:
    return Node(identifier, kind_of(identifier), depth, *known.get(identifier, ()))
