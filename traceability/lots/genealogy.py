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
    GTIN_BEGIN,
    GTIN_END,
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
    key_part,
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
    """An edge as it was read: all as text, "" for what there is not. `event_time` is in JSON.

    `source_event` and `target_event` are the keys of the events in which the one went in and the other came out.
    """

    source: str
    target: str
    source_event: str
    target_event: str
    kind: str
    event_uri: str
    event_time: str
    biz_step: str
    quantity: str
    unit_of_measure: str


class KnownProduct(NamedTuple):
    """What the site knows of a product: its producer's id, and names as an object in JSON.

    The names are those of `GenealogyNodeSchema`.
    """

    producer_id: str
    names: str


class Trace(NamedTuple):
    """A trace as it was read: how deep each thing stands, the edges between them by time, and what is known of them.

    `products` are by GTIN; `lots` are the ids of lots by canonical URI.
    """

    depths: Mapping[str, int]
    rows: list[Row]
    products: Mapping[str, KnownProduct]
    lots: Mapping[str, str]
    truncated: bool

    def by_depth(self) -> list[tuple[str, int]]:
        """The things with their depths, the lowest first."""
        return sorted(self.depths.items(), key=lambda found: (found[1], found[0]))


class _Read(NamedTuple):
    """What a statement brought: the edges that the reader sees; `is_whole` unless more was there or was left out."""

    rows: list[Row]
    products: Mapping[str, KnownProduct]
    lots: Mapping[str, str]
    is_whole: bool
    truncated: bool


def trace(
    identifiers: Collection[str], direction: Direction, *, limit: int = MOST_STEPS, party: Party | None = None
) -> Genealogy:
    """What the objects with these canonical URIs were made of and hold ("back"), or went into ("forward").

    `limit` bounds the steps; `truncated` says that there were more. With a `party` it holds what that party may read
    of the journal, and ends where it may not read on; without one everything, for callers that check themselves. What
    is not committed yet is not seen. One statement, whatever the depth, and one more for
    the events of others' goods.
    """
    return _genealogy(_trace(identifiers, direction, limit=limit, party=party, every_lot=True))


def trace_both_ways(identifier: str, *, limit: int = MOST_STEPS, party: Party | None = None) -> Genealogy:
    """Both directions from one object in one genealogy; what came before it has negative depths."""
    return _genealogy(read_trace(identifier, ("back", "forward"), limit=limit, party=party, every_lot=True))


def read_trace(
    identifier: str, directions: Sequence[Direction], *, limit: int, party: Party | None, every_lot: bool = False
) -> Trace:
    """As `trace` and `trace_both_ways`, as it was read: for whoever passes it on without looking at its parts.

    Unless `every_lot` is asked for, `lots` has the one with this `identifier` at most.
    """
    found, *others = [
        _trace([identifier], direction, limit=limit, party=party, every_lot=every_lot) for direction in directions
    ]
    for forward in others:
        found = Trace(
            both_ways(found.depths, forward.depths),
            list(dict.fromkeys((*found.rows, *forward.rows))),
            {**found.products, **forward.products},
            {**found.lots, **forward.lots},
            truncated=found.truncated or forward.truncated,
        )
    return found


def check_acyclic(*, sources: Collection[str], targets: Collection[str]) -> None:
    """Refuse what would make something out of itself: `sources` are about to go into `targets` (canonical URIs).

    The caller has locked what it works with. Containers are asked for what they hold now: a crate may stand in a pallet
    that once stood elsewhere. Raises CircularGenealogy, which names the two.
    """
    now = utc_now().isoformat()
    lasting = (NodeKind.LOT, NodeKind.ITEM)
    for target in dict.fromkeys(targets):
        starts = {target: _EVER if kind_of(target) in lasting else now}
        found = _read(starts, "forward", most=MOST_STEPS + 2, party=None, read=read_within_transaction)
        descendants = depths((target,), found.rows, "forward")
        for source in sources:
            if source in descendants and is_traced_through(source):
                raise CircularGenealogy(source, target)


def _trace(
    identifiers: Collection[str], direction: Direction, *, limit: int, party: Party | None, every_lot: bool
) -> Trace:
    starts = dict.fromkeys(identifiers, _EVER)
    most = limit + len(starts) + 1
    read = _read(starts, direction, most=most, party=party, every_lot=every_lot)
    found = depths(tuple(starts), read.rows, direction)
    rows = read.rows if read.is_whole else [row for row in read.rows if row.source in found and row.target in found]
    return Trace(found, rows, read.products, read.lots, truncated=read.truncated)


def _genealogy(found: Trace) -> Genealogy:
    nodes = tuple(_node(identifier, depth, found) for identifier, depth in found.by_depth())
    return Genealogy(nodes, tuple(_edge(row) for row in found.rows), truncated=found.truncated)


def _read(
    starts: Mapping[str, str],
    direction: Direction,
    *,
    most: int,
    party: Party | None,
    every_lot: bool = False,
    read: Callable[[Select[Any] | SettledStatement, Mapping[str, Any]], Any] = read_planned_once,
) -> _Read:
    """What is reached from `starts` (with the moments from which on), at most so much of it as `party` sees."""
    parameters = {"identifiers": list(starts), "since": list(starts.values()), "most": most}
    value: str = read(trace_statement(direction, party, every_lot=every_lot), parameters)
    edges, known, lots, reached = value.split(PART)
    # Reached within several spans of time, an edge comes several times.
    rows = [Row._make(row.split(FIELD)) for row in dict.fromkeys(edges.split(ROW))] if edges else []
    products = {}
    for product in known.split(ROW) if known else ():
        gtin, *about = product.split(FIELD)
        products[gtin] = KnownProduct._make(about)
    ids = dict(lot.split(FIELD) for lot in lots.split(ROW)) if lots else {}
    readable = _readable(rows, products, party)
    truncated = int(reached) >= most
    return _Read(readable, products, ids, is_whole=not truncated and len(readable) == len(rows), truncated=truncated)


def _readable(rows: list[Row], products: Collection[str], party: Party | None) -> list[Row]:
    """The edges both of whose events `party` may read.

    An event about a lot or an item is readable when its product is (`readable_product`): source and target stand in
    their events, and none of these gives out serial numbers. Only the events of what else there is are looked up.
    """
    if party is None or party.reads_everything:
        return rows
    readable = {""}  # no event stands between a lot and its items
    for row in rows:
        if row.source[GTIN_BEGIN:GTIN_END] in products and is_lot_or_item(row.source):
            readable.add(row.source_event)
        if row.target[GTIN_BEGIN:GTIN_END] in products and is_lot_or_item(row.target):
            readable.add(row.target_event)
    asked = {event for row in rows for event in (row.source_event, row.target_event)} - readable
    if not asked:
        return rows
    events = [uuid.UUID(event) for event in sorted(asked)]
    readable.update(read_value(readable_events_statement(party), {"events": events}))
    return [row for row in rows if row.source_event in readable and row.target_event in readable]


def _edge(row: Row) -> Edge:
    return Edge(
        row.source,
        row.target,
        EdgeKind(row.kind),
        row.event_uri or None,
        datetime.fromisoformat(json.loads(row.event_time)) if row.event_time else None,
        row.biz_step or None,
        float(row.quantity) if row.quantity else None,
        row.unit_of_measure or None,
    )


def _node(identifier: str, depth: int, found: Trace) -> Node:
    product = found.products.get(key_part(identifier, "01") or "")
    if product is None:
        return Node(identifier, kind_of(identifier), depth)
    lot_id = found.lots.get(identifier)
    return Node(
        identifier,
        kind_of(identifier),
        depth,
        uuid.UUID(lot_id) if lot_id else None,
        uuid.UUID(product.producer_id),
        **json.loads(product.names),
    )
