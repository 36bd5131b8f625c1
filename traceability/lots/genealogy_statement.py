"""The one statement of a trace: the recursion, what of it a party may see, and what the site knows of the things in it.

The recursion itself stands in `genealogy_sql`. Everything comes as one JSON value: that is read from the wire much
faster than rows.
"""

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
    bindparam,
    column,
    func,
    not_,
    or_,
    select,
    text,
    union,
)
from sqlalchemy import true as always
from sqlalchemy.dialects.postgresql import aggregate_order_by

from catalog.producers.models import Producer
from catalog.products.models import Product
from traceability.journal.models import EpcisEvent
from traceability.journal.parties import Party
from traceability.journal.policies import readable_product, visible_to
from traceability.lots import genealogy_sql
from traceability.lots.genealogy_rules import GTIN_END, TRADE_ITEM, Direction
from traceability.lots.models import Lot

_RECURSIONS: Final = {"back": genealogy_sql.BACK, "forward": genealogy_sql.FORWARD}
_LOT_NUMBER_BEGIN: Final = GTIN_END + len("/10/")


@lru_cache(maxsize=64)
def trace_statement(direction: Direction, party: Party | None) -> Select[tuple[list[Any]]]:
    """The statement with the parameters `identifiers`, `since` and `most` of `genealogy_sql`.

    Its value is a list of three: the edges that `party` may see, by time, each a list of source, target, event type,
    eventID, time, business step, quantity and unit; what the site knows of the things named, as far as `party` may
    read it, each a list of identifier, lot, producer, Vietnamese and English name and the producer's name; and how
    much the recursion reached. Without a `party` everything is seen.
    """
    steps = _steps(direction)
    known = _known(steps, party)
    c = steps.c
    edge = func.json_build_array(
        c.source, c.target, c.event_type, c.event_uri, c.event_time, c.biz_step, c.quantity, c.unit_of_measure
    )
    edges = func.json_agg(aggregate_order_by(edge, c.event_time, c.source, c.target))
    seen_edges = select(edges).where(_is_visible(steps, known, party)).scalar_subquery()
    k = known.c
    thing = func.json_build_array(k.identifier, k.lot_id, k.producer_id, k.name_vi, k.name_en, k.producer_name)
    nothing = text("'[]'")
    return select(
        func.json_build_array(
            func.coalesce(seen_edges, nothing),
            func.coalesce(select(func.json_agg(thing)).scalar_subquery(), nothing),
            func.coalesce(select(func.max(c.reached)).scalar_subquery(), 0),
            type_=JSON,
        )
    )


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
            Product.name_vi,
            Product.name_en,
            Producer.name.label("producer_name"),
        )
        .select_from(named)
        .join(Product, and_(Product.gtin == func.substr(identifier, len(TRADE_ITEM) + 1, 14), is_readable))
        .join(Producer, Producer.id == Product.producer_id)
        .outerjoin(Lot, and_(is_lot, Lot.product_id == Product.id, Lot.lot_number == lot_number))
        .where(func.starts_with(identifier, TRADE_ITEM))
        .cte("known")
    )


def _is_visible(steps: CTE, known: CTE, party: Party | None) -> ColumnElement[bool]:
    """Whether `party` may read both events of an edge.

    An event of a lot or an item whose product the party may read of is visible, and `source` and `target` stand in
    their events, none of which gives out serial numbers. Only the events of what else there is are looked up.
    """
    if party is None or party.reads_everything:
        return always()
    c = steps.c
    readable = select(known.c.identifier).where(func.length(known.c.identifier) > GTIN_END)
    source, target, is_one_event = c.source.in_(readable), c.target.in_(readable), c.source_event == c.target_event
    source_is_known, target_is_known = or_(source, and_(is_one_event, target)), or_(target, and_(is_one_event, source))
    asked = union(
        select(c.source_event.label("id")).where(not_(source_is_known)),
        select(c.target_event).where(not_(target_is_known)),
    ).subquery("asked")
    seen = select(EpcisEvent.id).where(EpcisEvent.id.in_(select(asked.c.id)), visible_to(party)).cte("seen")
    return or_(
        c.source_event.is_(None),
        and_(
            or_(source_is_known, c.source_event.in_(select(seen.c.id))),
            or_(target_is_known, c.target_event.in_(select(seen.c.id))),
        ),
    )
