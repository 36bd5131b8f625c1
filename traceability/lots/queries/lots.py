"""Reads of lots themselves."""

import uuid

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from catalog.places.models import Commune
from catalog.producers.models import Producer
from catalog.producers.queries import producers_of
from catalog.products.models import Product
from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from traceability.diary.models import Plot
from traceability.lots.amounts import is_weighed
from traceability.lots.models import (
    Lot,
    LotHolding,
    LotPlot,
)
from traceability.lots.policies import may_see, may_work_with
from traceability.lots.queries.holdings import PRESENT


def lots_of(actor: Actor) -> Select[Lot]:
    """The lots that the producers `actor` acts for made or received, newest first: a statement to page.

    Whoever makes a lot has it loose first, so the holdings know all of them.
    """
    producer_ids = [producer.id for producer in producers_of(actor)]
    held = select(LotHolding.lot_id).where(LotHolding.holder_id.in_(producer_ids), LotHolding.status.in_(PRESENT))
    return (
        select(Lot)
        .join(Lot.product)
        .options(
            contains_eager(Lot.product).joinedload(Product.producer).lazyload(Producer.commune),
            selectinload(Lot.plots).joinedload(LotPlot.plot),
        )
        .where(Lot.id.in_(held))
        .order_by(Lot.created_at.desc(), Lot.id.desc())
    )


def usual_unit_grams(product_id: uuid.UUID, unit: str) -> int | None:
    """What one unit of the product weighed in its newest lot that was counted in `unit`; None before the first."""
    if is_weighed(unit):
        return None
    newest = db.session.execute(
        select(Lot.weight_grams, Lot.quantity)
        .where(Lot.product_id == product_id, Lot.unit == unit, Lot.quantity > 0)
        .order_by(Lot.created_at.desc(), Lot.id.desc())
        .limit(1)
    ).one_or_none()
    return None if newest is None else max(1, round(newest.weight_grams / newest.quantity))


def products_of(actor: Actor) -> list[Product]:
    """The products that `actor` may make lots of, by name; at most 500."""
    producer_ids = [producer.id for producer in producers_of(actor)]
    statement = (
        select(Product)
        .options(joinedload(Product.producer))
        .where(Product.producer_id.in_(producer_ids), Product.status != "archived")
        .order_by(Product.name_vi, Product.id)
        .limit(500)
    )
    return list(db.session.scalars(statement))


def _whole() -> tuple[_AbstractLoad, ...]:
    return (
        joinedload(Lot.product).joinedload(Product.producer).joinedload(Producer.commune),
        selectinload(Lot.plots).joinedload(LotPlot.plot).joinedload(Plot.commune).joinedload(Commune.province),
    )


def get_lot(actor: Actor, lot_id: uuid.UUID) -> Lot:
    """The lot with product, producer, plots and places; raises NotFound when there is none or it is not the actor's."""
    lot = db.session.scalar(select(Lot).options(*_whole()).where(Lot.id == lot_id))
    if lot is None or not may_work_with(actor, lot):
        raise NotFound
    return lot


def get_lot_in_trade(actor: Actor, lot_id: uuid.UUID) -> Lot:
    """The same for whoever has or had something of the lot, too."""
    lot = db.session.scalar(select(Lot).options(*_whole()).where(Lot.id == lot_id))
    if lot is None or not may_see(actor, lot):
        raise NotFound
    return lot


def find_lot_by_key(gtin: str, lot_number: str) -> Lot | None:
    """The lot with this GTIN-14 and lot number, with its product."""
    statement = (
        select(Lot)
        .join(Lot.product)
        .options(contains_eager(Lot.product))
        .where(Product.gtin == gtin, Lot.lot_number == lot_number)
    )
    return db.session.scalar(statement)
