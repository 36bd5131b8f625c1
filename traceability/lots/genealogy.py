"""Genealogy: what was made from what, and what was put into what, by the events of the journal.

Both ways over transformations and aggregations, any depth, whoever captured them; what was declared wrong is left out.
`docs/genealogy.md` tells how it is decided and how the statement runs.
"""

import uuid
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select

from core.db import db, read_planned_once, utc_now
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
    is_traced_through,
    kind_of,
    merged,
)
from traceability.lots.genealogy_statement import trace_statement

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
    is not committed yet is not seen. One statement, whatever the depth.
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
        edges, _known, _truncated = _traced(starts, "forward", limit=MOST_STEPS, party=None, read=db.session.scalar)
        descendants = depths((target,), edges, "forward")
        for source in sources:
            if source in descendants and is_traced_through(source):
                raise CircularGenealogy(source, target)


_Known = Mapping[str, tuple[Any, ...]]


def _traced(
    starts: Mapping[str, str],
    direction: Direction,
    *,
    limit: int,
    party: Party | None,
    read: Callable[[Select[Any], Mapping[str, Any]], Any] = read_planned_once,
) -> tuple[list[Edge], _Known, bool]:
    """The edges that `party` sees, by time, what is known of things, and whether the limit kept something back."""
    parameters = {"identifiers": list(starts), "since": list(starts.values()), "most": limit + len(starts) + 1}
    edges, things, reached = read(trace_statement(direction, party), parameters)
    known = {
        identifier: (uuid.UUID(lot_id) if lot_id else None, uuid.UUID(producer_id), *names)
        for identifier, lot_id, producer_id, *names in things
    }
    return [_edge(*values) for values in edges], known, reached > limit + len(starts)


def _edge(
    source: str, target: str, event_type: str | None, event_uri: str | None, time: str | None, biz_step: str | None,
    quantity: float | None, unit_of_measure: str | None,
) -> Edge:  # fmt: skip
    return Edge(
        source,
        target,
        _KINDS.get(event_type or "", EdgeKind.ITEM_OF_LOT),
        event_uri,
        datetime.fromisoformat(time) if time else None,
        biz_step,
        quantity,
        unit_of_measure,
    )


def _node(identifier: str, depth: int, known: _Known) -> Node:
    return Node(identifier, kind_of(identifier), depth, *known.get(identifier, ()))
