"""The statement of a trace: the recursion, and what the site knows of the things in it.

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
    DateTime,
    Double,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
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
from traceability.journal.models import EpcisEvent
from traceability.journal.parties import PUBLIC, Party
from traceability.journal.policies import readable_product, visible_to
from traceability.lots import genealogy_sql
from traceability.lots.genealogy_rules import GTIN_END, TRADE_ITEM, Direction
from traceability.lots.models import Lot

_RECURSIONS: Final = {"back": genealogy_sql.BACK, "forward": genealogy_sql.FORWARD}
_LOT_NUMBER_BEGIN: Final = GTIN_END + len("/10/")


@lru_cache(maxsize=64)
def trace_statement(direction: Direction, party: Party | None) -> Select[tuple[list[Any]]] | SettledStatement:
    """The statement with the parameters `identifiers`, `since` and `most` of `genealogy_sql`.

    Its value is a list of three: the edges by time, each a list of source, target, the rows of the events in which the
    one went in and the other came out, event type, eventID, time, business step, quantity and unit; what the site
    knows of the things named, as far as `party` (without one: anybody) may read of their products, each a list of
    identifier, lot, producer, Vietnamese and English name and the producer's name; and how much was reached.
    """
    steps = _steps(direction)
    known = _known(steps, party)
    c = steps.c
    edge = func.json_build_array(
        *(c.source, c.target, c.source_event, c.target_event),
        *(c.event_type, c.event_uri, c.event_time, c.biz_step, c.quantity, c.unit_of_measure),
    )
    edges = func.json_agg(aggregate_order_by(edge, c.event_time, c.source, c.target))
    k = known.c
    thing = func.json_build_array(k.identifier, k.lot_id, k.producer_id, k.name_vi, k.name_en, k.producer_name)
    nothing = text("'[]'")
    statement = select(
        func.json_build_array(
            func.coalesce(select(edges).scalar_subquery(), nothing),
            func.coalesce(select(func.json_agg(thing)).scalar_subquery(), nothing),
            func.coalesce(select(func.max(c.reached)).scalar_subquery(), 0),
            type_=JSON,
        )
    )
    return settled(statement) if party is None or party is PUBLIC or party.reads_everything else statement


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


@lru_cache(maxsize=64)
def readable_events_statement(party: Party) -> Select[tuple[list[str]]]:
    """Which of the journal's rows with the ids `events` `party` may read, as one JSON list."""
    asked = EpcisEvent.id == any_(bindparam("events", type_=ARRAY(Uuid)))
    return select(func.coalesce(func.json_agg(EpcisEvent.id), text("'[]'"), type_=JSON)).where(asked, visible_to(party))
