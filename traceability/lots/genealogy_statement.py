"""The statement of a trace: the recursion, and what the site knows of the things in it.

The recursion itself stands in `genealogy_sql`. Everything comes as one text whose parts are parted by signs that never
stand raw in identifiers or JSON: that is read from the wire much faster than rows.
"""

from functools import cache, lru_cache
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    CTE,
    JSON,
    Boolean,
    ColumnElement,
    DateTime,
    Double,
    FromClause,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    case,
    cast,
    column,
    func,
    select,
    text,
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
from traceability.lots.genealogy_rules import GTIN_BEGIN, GTIN_END, TRADE_ITEM, Direction, EdgeKind
from traceability.lots.models import Lot

_RECURSIONS: Final = {"back": genealogy_sql.BACK, "forward": genealogy_sql.FORWARD}
_LOT_NUMBER_BEGIN: Final = GTIN_END + len("/10/")


@lru_cache(maxsize=64)
def trace_statement(
    direction: Direction, party: Party | None, *, every_lot: bool
) -> Select[tuple[str]] | SettledStatement:
    """The statement with the parameters `identifiers`, `since` and `most` of `genealogy_sql`.

    Its value has four parts: the edges by time, the products and the lots that the site knows, and how much was
    reached. The fields of an edge are those of `genealogy.Row`; the same edge may come more than once. A product has
    its GTIN, its producer's id, and the names of both in JSON as `GenealogyNodeSchema` has them; there is one for each
    GTIN among the things that `party` (without one: anybody) may read of. A lot has its identifier and its id; there is
    one for each lot of such a product among `identifiers`, or with `every_lot` among all the things.
    """
    reached = _reached(direction)
    named = reached if every_lot else select(func.unnest(_IDENTIFIERS).label("identifier")).subquery("named")
    parts = (
        _edges(reached),
        _products(reached, party),
        _lots(named.c.identifier, party),
        select(cast(func.count(), Text)).select_from(reached),
    )
    statement = select(func.concat_ws(sign(PART), *(_or_empty(part.scalar_subquery()) for part in parts)))
    return settled(statement) if party is None or party is PUBLIC or party.reads_everything else statement


_IDENTIFIERS: Final = bindparam("identifiers", type_=ARRAY(Text))


@cache
def _reached(direction: Direction) -> CTE:
    statement = text(_RECURSIONS[direction]).columns(
        column("identifier", Text),
        column("source", Text),
        column("target", Text),
        column("is_edge", Boolean),
        column("source_event", Uuid),
        column("target_event", Uuid),
        column("event_uri", Text),
        column("role", Text),
        column("event_time", DateTime(timezone=True)),
        column("biz_step", Text),
        column("quantity", Double),
        column("unit_of_measure", Text),
    )
    return statement.cte("reached")


def _edges(reached: CTE) -> Select[tuple[str]]:
    c = reached.c
    kind = case(
        (c.role.is_(None), sign(EdgeKind.ITEM_OF_LOT)),
        (func.starts_with(c.role, sign("child")), sign(EdgeKind.AGGREGATION)),
        else_=sign(EdgeKind.TRANSFORMATION),
    )
    copied = (c.event_uri, func.to_json(c.event_time), c.biz_step, c.quantity, c.unit_of_measure)
    fields = (c.source, c.target, _or_empty(c.source_event), _or_empty(c.target_event), kind, *map(_or_empty, copied))
    by_time = aggregate_order_by(sign(ROW), c.event_time, c.source, c.target)
    return select(func.string_agg(func.concat_ws(sign(FIELD), *fields), by_time)).where(c.is_edge)


def _products(reached: CTE, party: Party | None) -> Select[tuple[str]]:
    identifier = reached.c.identifier
    named = select(_gtin(identifier).label("gtin")).where(_is_trade_item(identifier)).distinct().subquery("named")
    known = _looked_up(
        select(Product.gtin, Product.name_vi, Product.name_en, Producer.id, Producer.name)
        .join(Producer, Producer.id == Product.producer_id)
        .where(Product.gtin == named.c.gtin),
        party,
    )
    names = {"product_name_vi": known.c.name_vi, "product_name_en": known.c.name_en, "producer_name": known.c.name}
    document = func.json_build_object(*(part for name, value in names.items() for part in (sign(name), value)))
    product = func.concat_ws(sign(FIELD), known.c.gtin, known.c.id, document)
    return select(func.string_agg(product, sign(ROW))).select_from(named.join(known, always()))


def _lots(identifier: ColumnElement[str], party: Party | None) -> Select[tuple[str]]:
    lot_number = func.percent_decoded(func.substr(identifier, _LOT_NUMBER_BEGIN + 1))
    known = _looked_up(
        select(Lot.id)
        .join(Product, Product.id == Lot.product_id)
        .where(Product.gtin == _gtin(identifier), Lot.lot_number == lot_number),
        party,
    )
    lot = func.concat_ws(sign(FIELD), identifier, known.c.id)
    is_lot = func.substr(identifier, GTIN_END + 1, 4) == sign("/10/")
    named = identifier.table
    found = select(lot.label("lot")).select_from(named.join(known, always())).where(_is_trade_item(identifier), is_lot)
    rows = found.distinct().subquery("found")
    return select(func.string_agg(rows.c.lot, sign(ROW)))


def _looked_up(found: Select[*tuple[Any, ...]], party: Party | None) -> FromClause:
    """The one row of `found`, of a product that `party` may read of.

    LATERAL and LIMIT leave nothing but a look into an index for each thing: how many there will be, nobody can guess.
    """
    readable = found if party is None else found.where(readable_product(party))
    return readable.limit(1).lateral()


def _is_trade_item(identifier: ColumnElement[str]) -> ColumnElement[bool]:
    return func.starts_with(identifier, sign(TRADE_ITEM))


def _gtin(identifier: ColumnElement[str]) -> ColumnElement[str]:
    return func.substr(identifier, GTIN_BEGIN + 1, GTIN_END - GTIN_BEGIN)


def _or_empty(value: ColumnElement[Any]) -> ColumnElement[str]:
    return func.coalesce(cast(value, Text), sign(""))


@lru_cache(maxsize=64)
def readable_events_statement(party: Party) -> Select[tuple[list[str]]]:
    """Which of the journal's rows with the ids `events` `party` may read, as one JSON list."""
    asked = EpcisEvent.id == any_(bindparam("events", type_=ARRAY(Uuid)))
    return select(func.coalesce(func.json_agg(EpcisEvent.id), text("'[]'"), type_=JSON)).where(asked, visible_to(party))
