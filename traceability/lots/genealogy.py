"""Genealogy: what was made from what, and what was put into what, by the events of the journal.

Both ways over transformations and aggregations, any depth, whoever captured them; what was declared wrong is left out.
`docs/genealogy.md` tells how it is decided and how the statement runs.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any, Final

from sqlalchemy import CTE, BigInteger, DateTime, Double, Select, Text, Uuid, column, or_, select, text, tuple_, union
from sqlalchemy import true as always

from catalog.producers.models import Producer
from catalog.products.models import Product, ProductStatus
from core.db import db, utc_now
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
from traceability.lots.models import Lot

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


def trace(
    identifiers: Collection[str], direction: Direction, *, limit: int = MOST_STEPS, party: Party | None = None
) -> Genealogy:
    """What the objects with these canonical URIs were made of and hold ("back"), or went into ("forward").

    `limit` bounds the steps; `truncated` says that there were more. With a `party` it holds what that party may read
    of the journal, and ends where it may not read on; without one everything, for callers that check themselves. Two
    statements, whatever the depth.
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
        edges, _truncated = _edges(starts, "forward", limit=MOST_STEPS, party=None)
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


def _statement(direction: Direction, party: Party | None) -> Select[Any]:
    steps = _steps(direction)
    if party is None or party.reads_everything:
        return select(steps, always().label("is_visible")).order_by(steps.c.event_time, steps.c.source, steps.c.target)
    named = union(select(steps.c.source_event), select(steps.c.target_event)).subquery()
    seen = select(EpcisEvent.id).where(EpcisEvent.id.in_(select(named)), visible_to(party)).cte("seen")
    is_visible = or_(
        steps.c.source_event.is_(None),
        steps.c.source_event.in_(select(seen)) & steps.c.target_event.in_(select(seen)),
    )
    return select(steps, is_visible.label("is_visible")).order_by(steps.c.event_time, steps.c.source, steps.c.target)


def _edges(
    starts: Mapping[str, str], direction: Direction, *, limit: int, party: Party | None
) -> tuple[list[Edge], bool]:
    """The edges that `party` sees, by time, and whether there was more than the limit let through."""
    parameters = {"identifiers": list(starts), "since": list(starts.values()), "most": limit + len(starts) + 1}
    rows = db.session.execute(_statement(direction, party), parameters).all()
    edges = [
        Edge(
            row.source,
            row.target,
            _KINDS.get(row.event_type, EdgeKind.ITEM_OF_LOT),
            row.source_event,
            row.event_uri,
            row.event_time,
            row.biz_step,
            row.quantity,
            row.unit_of_measure,
        )
        for row in rows
        if row.is_visible
    ]
    return edges, bool(rows) and rows[0].reached > limit + len(starts)


_Known = Mapping[str, tuple[Any, ...]]


def _known(identifiers: Iterable[str], party: Party | None) -> _Known:
    """What the site knows of trade items, by identifier: lot, producer, and names as far as `party` may read them."""
    keys = {
        identifier: (gtin, key_part(identifier, "10") or "")
        for identifier in identifiers
        if (gtin := key_part(identifier, "01")) is not None
    }
    if not keys:
        return {}
    statement = (
        select(Product.gtin, Lot.lot_number, Lot.id, Producer.id, Product.name_vi, Product.name_en, Producer.name)
        .join(Producer, Producer.id == Product.producer_id)
        .outerjoin(Lot, (Lot.product_id == Product.id) & tuple_(Product.gtin, Lot.lot_number).in_(set(keys.values())))
        .where(Product.gtin.in_({gtin for gtin, _lot in keys.values()}))
    )
    if party is not None and not party.reads_everything:
        own = sorted(reader(party).producer_ids)
        statement = statement.where(or_(Product.status != ProductStatus.DRAFT, Product.producer_id.in_(own)))
    rows = db.session.execute(statement).all()
    by_lot = {(gtin, lot_number): tuple(rest) for gtin, lot_number, *rest in rows}
    by_product = {gtin: (None, *rest) for gtin, _lot_number, _lot_id, *rest in rows}
    found = {identifier: by_lot.get(key) or by_product.get(key[0]) for identifier, key in keys.items()}
    return {identifier: known for identifier, known in found.items() if known is not None}


def _node(identifier: str, depth: int, known: _Known) -> Node:
    return Node(identifier, kind_of(identifier), depth, *known.get(identifier, ()))
