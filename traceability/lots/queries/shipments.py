"""Reads of shipments between parties, and of who can get one."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from catalog.places.models import Commune
from catalog.producers.models import Producer
from catalog.producers.queries import producers_of
from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from core.i18n import normalize
from traceability.lots.models import Lot
from traceability.lots.policies import may_see_shipment
from traceability.lots.shipment_models import Shipment, ShipmentLine, ShipmentStatus, ShipmentUnit

PARTIES_FOUND = 10


def find_parties(words: str, *, limit: int = PARTIES_FOUND) -> list[Producer]:
    """Producers on the site whose name has these words in it, or whose number (GLN) this is, by name."""
    words = normalize(words)
    if len(words) < 2:
        return []
    statement = (
        select(Producer)
        .options(joinedload(Producer.commune).joinedload(Commune.province))
        .where(or_(Producer.name.icontains(words, autoescape=True), Producer.gln == words))
        .order_by(Producer.name, Producer.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def shipments_to(actor: Actor) -> Select[Shipment]:
    """The shipments to the actor's producers: those still on the way first, then the newest; a statement to page."""
    return _shipments().where(Shipment.receiver_id.in_([producer.id for producer in producers_of(actor)]))


def shipments_from(actor: Actor) -> Select[Shipment]:
    """The shipments of the actor's producers, in the same order."""
    return _shipments().where(Shipment.sender_id.in_([producer.id for producer in producers_of(actor)]))


def _shipments() -> Select[Shipment]:
    return (
        select(Shipment)
        .options(
            joinedload(Shipment.sender).lazyload(Producer.commune),
            joinedload(Shipment.receiver).lazyload(Producer.commune),
            selectinload(Shipment.lines),
            selectinload(Shipment.units),
        )
        .order_by(Shipment.settled_at.is_not(None), Shipment.id.desc())
    )


def count_incoming(actor: Actor) -> int:
    """How many shipments are on their way to the actor's producers."""
    producer_ids = [producer.id for producer in producers_of(actor)]
    statement = select(func.count()).where(
        Shipment.receiver_id.in_(producer_ids), Shipment.status == ShipmentStatus.SENT
    )
    return db.session.scalar(statement) or 0


def lots_that_came_from(
    lots: Sequence[Lot], *, holder_id: uuid.UUID, party_ids: Collection[uuid.UUID]
) -> set[uuid.UUID]:
    """Those of `lots` (with their product) that one of the parties made, or had sent to `holder_id`: by their ids."""
    statement = (
        select(ShipmentLine.lot_id)
        .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
        .where(
            ShipmentLine.lot_id.in_([lot.id for lot in lots]),
            Shipment.sender_id.in_(party_ids),
            Shipment.receiver_id == holder_id,
            Shipment.status.in_((ShipmentStatus.RECEIVED, ShipmentStatus.PARTLY_RECEIVED)),
        )
    )
    return {lot.id for lot in lots if lot.product.producer_id in party_ids} | set(db.session.scalars(statement))


def get_shipment(actor: Actor, shipment_id: uuid.UUID) -> Shipment:
    """A shipment with all it consists of; raises NotFound when there is none or the actor is no party to it."""
    shipment = db.session.scalar(
        select(Shipment)
        .options(
            joinedload(Shipment.sender),
            joinedload(Shipment.receiver),
            selectinload(Shipment.lines).joinedload(ShipmentLine.lot).joinedload(Lot.product),
            selectinload(Shipment.units).joinedload(ShipmentUnit.unit),
        )
        .where(Shipment.id == shipment_id)
    )
    if shipment is None or not may_see_shipment(actor, shipment):
        raise NotFound
    return shipment
