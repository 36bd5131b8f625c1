"""Reads of lots."""

import uuid
from collections.abc import Collection
from typing import Final

from sqlalchemy import Select, select, text
from sqlalchemy.orm import contains_eager, joinedload

from catalog.places.models import Commune
from catalog.producers.models import Producer
from catalog.producers.queries import producers_of
from catalog.products.models import Product
from core.accounts import Actor
from core.db import db, read_value
from core.errors import NotFound
from traceability.diary.models import Plot
from traceability.gs1.digital_link import parse_digital_link
from traceability.lots.models import Lot
from traceability.lots.policies import may_work_with


def lots_of(actor: Actor) -> Select[Lot]:
    """The lots of every producer that `actor` acts for, newest first, with their products: a statement to page."""
    producer_ids = [producer.id for producer in producers_of(actor)]
    return (
        select(Lot)
        .join(Lot.product)
        .options(contains_eager(Lot.product), joinedload(Lot.plot))
        .where(Product.producer_id.in_(producer_ids))
        .order_by(Lot.created_at.desc(), Lot.id.desc())
    )


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


def get_lot(actor: Actor, lot_id: uuid.UUID) -> Lot:
    """The lot with product, producer, plot and places; raises NotFound when there is none or it is not the actor's."""
    statement = (
        select(Lot)
        .options(
            joinedload(Lot.product).joinedload(Product.producer).joinedload(Producer.commune),
            joinedload(Lot.plot).joinedload(Plot.commune).joinedload(Commune.province),
        )
        .where(Lot.id == lot_id)
    )
    lot = db.session.scalar(statement)
    if lot is None or not may_work_with(actor, lot):
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


def lot_exists(gtin: str, lot_number: str) -> bool:
    """Whether there is a lot with this GTIN-14 and lot number."""
    return read_value(_LOT, {"gtin": gtin, "lot_number": lot_number}) is not None


_LOT: Final = text(
    "SELECT 1 FROM lots JOIN products ON products.id = lots.product_id "
    "WHERE products.gtin = :gtin AND lots.lot_number = :lot_number"
)


def producers_in_parcel(lot_identifiers: Collection[str]) -> set[uuid.UUID]:
    """The producers of the lots with these canonical URIs."""
    gtins = {parse_digital_link(identifier).value("01") for identifier in lot_identifiers}
    return set(db.session.scalars(select(Product.producer_id).where(Product.gtin.in_(gtins))))
