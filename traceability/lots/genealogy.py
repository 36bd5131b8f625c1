"""Genealogy: what was made from what, and what was put into what, by the events of the journal.

Both ways over transformations and aggregations, any depth, whoever captured them; what was declared wrong is left out.
`docs/genealogy.md` tells how it is decided and how the statement runs.
"""

import json
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Select

from core.db import SettledStatement, read_planned_once, read_value, read_within_transaction, utc_now
from core.db.parted_text import FIELD, PART, ROW
from traceability.journal.parties import Party
from traceability.lots.errors import CircularGenealogy
from traceability.lots.genealogy_rules import (
    Direction,
    Edge,
    EdgeKind,
    Genealogy,
    Node,
    NodeKind,
    both_ways,
    depths,
    is_lot_or_item,
    is_traced_through,
    kind_of,
)
from traceability.lots.genealogy_statement import readable_events_statement, trace_statement

__all__ = [
    "Direction",
    "Edge",
    "EdgeKind",
    "Genealogy",
    "Node",
    "NodeKind",
    "Trace",
    "check_acyclic",
    "read_trace",
    "trace",
    "trace_both_ways",
]

MOST_STEPS: Final = 2000
"""How many objects, counted once for each event that leads to them, a trace goes through unless told otherwise."""

_EVER: Final = "-infinity"


class Row(NamedTuple):
    """An edge as it was read: between what, by the rows of which events ("" for none), and the edge in JSON.

    The JSON is an object as `GenealogyEdgeSchema` has it.
    """

    source: str
    target: str
    source_event: str
    target_event: str
    document: str


class Known(NamedTuple):
    """What the site knows of a trade item: ids ("" where no lot is known), and names as members of an object in JSON.

    The names are those of `GenealogyNodeSchema`.
    """

    lot_id: str
    producer_id: str
    names: str


class Trace(NamedTuple):
    """A trace as it was read: how deep each thing stands, the edges between them by time, and what is known of them."""

    depths: Mapping[str, int]
    rows: list[Row]
    known: Mapping[str, Known]
    truncated: bool

    def by_depth(self) -> list[tuple[str, int]]:
        """The things with their depths, the lowest first."""
        return sorted(self.depths.items(), key=lambda found: (found[1], found[0]))


def trace(
    identifiers: Collection[str], direction: Direction, *, limit: int = MOST_STEPS, party: Party | None = None
) -> Genealogy:
    """What the objects with these canonical URIs were made of and hold ("back"), or went into ("forward").

    `limit` bounds the steps; `truncated` says that there were more. With a `party` it holds what that party may read
    of the journal, and ends where it may not read on; without one everything, for callers that check themselves. What
    is not committed yet is not seen. One statement, whatever the depth, and one more for
    the events of others' goods.
    """
    return _genealogy(_trace(identifiers, direction, limit=limit, party=party))


def trace_both_ways(identifier: str, *, limit: int = MOST_STEPS, party: Party | None = None) -> Genealogy:
    """Both directions from one object in one genealogy; what came before it has negative depths."""
    return _genealogy(read_trace(identifier, ("back", "forward"), limit=limit, party=party))


def read_trace(identifier: str, directions: Sequence[Direction], *, limit: int, party: Party | None) -> Trace:
    """As `trace` and `trace_both_ways`, as it was read: for whoever passes it on without looking at its parts."""
    back, *others = [_trace([identifier], direction, limit=limit, party=party) for direction in directions]
    for forward in others:
        back = Trace(
            both_ways(back.depths, forward.depths),
            list(dict.fromkeys((*back.rows, *forward.rows))),
            {**back.known, **forward.known},
            truncated=back.truncated or forward.truncated,
        )
    return back


def check_acyclic(*, sources: Collection[str], targets: Collection[str]) -> None:
    """Refuse what would make something out of itself: `sources` are about to go into `targets` (canonical URIs).

    The caller has locked what it works with. Containers are asked for what they hold now: a crate may stand in a pallet
    that once stood elsewhere. Raises CircularGenealogy, which names the two.
    """
    now = utc_now().isoformat()
    lasting = (NodeKind.LOT, NodeKind.ITEM)
    for target in dict.fromkeys(targets):
        starts = {target: _EVER if kind_of(target) in lasting else now}
        rows, _known, _reached = _read(starts, "forward", most=MOST_STEPS + 2, party=None, read=read_within_transaction)
        descendants = depths((target,), rows, "forward")
        for source in sources:
            if source in descendants and is_traced_through(source):
                raise CircularGenealogy(source, target)


def _trace(identifiers: Collection[str], direction: Direction, *, limit: int, party: Party | None) -> Trace:
    starts = dict.fromkeys(identifiers, _EVER)
    most = limit + len(starts) + 1
    rows, known, reached = _read(starts, direction, most=most, party=party)
    found = depths(tuple(starts), rows, direction)
    rows = [row for row in rows if row.source in found and row.target in found]
    return Trace(found, rows, known, truncated=reached >= most)


def _genealogy(found: Trace) -> Genealogy:
    nodes = tuple(_node(identifier, depth, found.known.get(identifier)) for identifier, depth in found.by_depth())
    return Genealogy(nodes, tuple(_edge(row) for row in found.rows), truncated=found.truncated)


def _read(
    starts: Mapping[str, str],
    direction: Direction,
    *,
    most: int,
    party: Party | None,
    read: Callable[[Select[Any] | SettledStatement, Mapping[str, Any]], Any] = read_planned_once,
) -> tuple[list[Row], Mapping[str, Known], int]:
    """The edges that `party` sees, by time, what is known of things, and how much was reached, `most` at most."""
    parameters = {"identifiers": list(starts), "since": list(starts.values()), "most": most}
    edges, things, reached = read(trace_statement(direction, party), parameters).split(PART)
    rows = [Row(*row.split(FIELD, 4)) for row in edges.split(ROW)] if edges else []
    known: dict[str, Known] = {}
    for thing in things.split(ROW) if things else ():
        named, *about = thing.split(FIELD, 3)
        known[named] = Known(*about)
    return _readable(rows, known, party), known, int(reached or 0)


def _readable(rows: list[Row], known: Collection[str], party: Party | None) -> list[Row]:
    """The edges both of whose events `party` may read.

    An event about a lot or an item is readable when its product is (`readable_product`): source and target stand in
    their events, and none of these gives out serial numbers. Only the events of what else there is are looked up.
    """
    if party is None or party.reads_everything:
        return rows
    products = {identifier for identifier in known if is_lot_or_item(identifier)}
    readable = {row.source_event for row in rows if row.source in products}
    readable.update(row.target_event for row in rows if row.target in products)
    readable.add("")  # no event stands between a lot and its items
    asked = {event for row in rows for event in (row.source_event, row.target_event)} - readable
    if asked:
        events = [uuid.UUID(event) for event in sorted(asked)]
        readable.update(read_value(readable_events_statement(party), {"events": events}))
    return [row for row in rows if row.source_event in readable and row.target_event in readable]


def _edge(row: Row) -> Edge:
    edge = json.loads(row.document)
    return Edge(
        edge["source"],
        edge["target"],
        EdgeKind(edge["kind"]),
        edge["event_id"],
        datetime.fromisoformat(edge["event_time"]) if edge["event_time"] else None,
        edge["biz_step"],
        edge["quantity"],
        edge["unit_of_measure"],
    )


def _node(identifier: str, depth: int, known: Known | None) -> Node:
    if known is None:
        return Node(identifier, kind_of(identifier), depth)
    lot_id = uuid.UUID(known.lot_id) if known.lot_id else None
    return Node(identifier, kind_of(identifier), depth, lot_id, uuid.UUID(known.producer_id), **json.loads(known.names))
