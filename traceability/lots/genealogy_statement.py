"""The statement of a trace: the recursion, and what the site knows of the things in it.

The recursion itself stands in `genealogy_sql`. Everything comes as one text whose parts are parted by signs that never
stand raw in identifiers or JSON: that is read from the wire much faster than rows, and an edge that only goes on to a
reader of the interface is never taken apart.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
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
    any_,
    bindparam,
    case,
    cast,
    column,
    func,
    select,
    text,
    union,
)
from sqlalchemy import true as always
from sqlalchemy.dialects.postgresql import aggregate_order_by

from catalog.producers.models import Producer
from catalog.products.models import Product
from core.db import SettledStatement, settled
from core.db.parted_text import FIELD, PART, ROW, sign
from traceability.journal.models import EpcisEvent
from traceability.journal.parties import PUBLIC, Party
from traceability.journal.policies import readable_product, visible_to
from traceability.lots import genealogy_sql
from traceability.lots.genealogy_rules import GTIN_END, TRADE_ITEM, Direction, EdgeKind
from traceability.lots.models import Lot

_KINDS: Final = {"TransformationEvent": EdgeKind.TRANSFORMATION, "AggregationEvent": EdgeKind.AGGREGATION}
_RECURSIONS: Final = {"back": genealogy_sql.BACK, "forward": genealogy_sql.FORWARD}
_LOT_NUMBER_BEGIN: Final = GTIN_END + len("/10/")


@lru_cache(maxsize=64)
def trace_statement(direction: Direction, party: Party | None) -> Select[tuple[str]] | SettledStatement:
    """The statement with the parameters `identifiers`, `since` and `most` of `genealogy_sql`.

    Its value has three parts: the edges by time, what the site knows of the things named, and how much was reached. A
    row of an edge has the fields source, target, the rows of the events in which the one went in and the other came
    out (empty for none), and the edge in JSON as `GenealogyEdgeSchema` has it. A row of a thing has its identifier,
    the ids of lot (empty for none) and producer, and the names of product and producer in JSON as `GenealogyNodeSchema`
    has them; there is one for each trade item of whose product `party` (without one: anybody) may read.
    """
    steps = _steps(direction)
    known = _known(steps, party)
    c, k = steps.c, known.c
    edge = func.concat_ws(
        sign(FIELD), c.source, c.target, _or_empty(c.source_event), _or_empty(c.target_event), _edge_document(steps)
    )
    thing = func.concat_ws(sign(FIELD), k.identifier, _or_empty(k.lot_id), k.producer_id, _names_document(known))
    edges = func.string_agg(edge, aggregate_order_by(sign(ROW), c.event_time, c.source, c.target))
    parts = (edges, func.string_agg(thing, sign(ROW)), cast(func.max(c.reached), Text))
    statement = select(func.concat_ws(sign(PART), *(_or_empty(select(part).scalar_subquery()) for part in parts)))
    return settled(statement) if party is None or party is PUBLIC or party.reads_everything else statement


def _edge_document(steps: CTE) -> ColumnElement[Any]:
    c = steps.c
    kind = case(
        *((c.event_type == event_type, sign(kind)) for event_type, kind in _KINDS.items()),
        else_=sign(EdgeKind.ITEM_OF_LOT),
    )
    fields = {
        "source": c.source,
        "target": c.target,
        "kind": kind,
        "event_id": c.event_uri,
        "event_time": c.event_time,
        "biz_step": c.biz_step,
        "quantity": c.quantity,
        "unit_of_measure": c.unit_of_measure,
    }
    return _document(fields)


def _names_document(known: CTE) -> ColumnElement[Any]:
    return _document({name: known.c[name] for name in ("product_name_vi", "product_name_en", "producer_name")})


def _document(fields: Mapping[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    return func.json_build_object(*(part for name, value in fields.items() for part in (sign(name), value)))


def _or_empty(value: ColumnElement[Any]) -> ColumnElement[str]:
    return func.coalesce(cast(value, Text), sign(""))


@cache
def _steps(direction: Direction) -> CTE:
    statement = text(_RECURSIONS[direction]).columns(
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


def _known(steps: CTE, party: Party | None) -> CTE:
    """The trade items among the things that are of products which `party` may read of."""
    starts = select(func.unnest(bindparam("identifiers", type_=ARRAY(Text))).label("identifier"))
    named = union(starts, select(steps.c.source), select(steps.c.target)).subquery("named")
    identifier = named.c.identifier
    lot_number = func.percent_decoded(func.substr(identifier, _LOT_NUMBER_BEGIN + 1))
    is_lot = func.substr(identifier, GTIN_END + 1, 4) == "/10/"
    is_readable = always() if party is None else readable_product(party)
    return (
        select(
            identifier,
            Lot.id.label("lot_id"),
            Producer.id.label("producer_id"),
            Product.name_vi.label("product_name_vi"),
            Product.name_en.label("product_name_en"),
            Producer.name.label("producer_name"),
        )
        .select_from(named)
        .join(Product, and_(Product.gtin == func.substr(identifier, len(TRADE_ITEM) + 1, 14), is_readable))
        .join(Producer, Producer.id == Product.producer_id)
        .outerjoin(Lot, and_(is_lot, Lot.product_id == Product.id, Lot.lot_number == lot_number))
        .where(func.starts_with(identifier, TRADE_ITEM))
        .cte("known")
    )


@lru_cache(maxsize=64)
def readable_events_statement(party: Party) -> Select[tuple[list[str]]]:
    """Which of the journal's rows with the ids `events` `party` may read, as one JSON list."""
    asked = EpcisEvent.id == any_(bindparam("events", type_=ARRAY(Uuid)))
    return select(func.coalesce(func.json_agg(EpcisEvent.id), text("'[]'"), type_=JSON)).where(asked, visible_to(party))
