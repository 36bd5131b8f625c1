"""Reads of lots, of who has how much of them, and of crates and pallets."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from catalog.places.models import Commune
from catalog.producers.models import Producer
from catalog.producers.queries import producers_of
from catalog.products.models import Product
from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from core.i18n import normalize
from traceability.diary.models import Plot
from traceability.journal.models import EpcisEvent
from traceability.lots.amounts import NOTHING, Amount, is_weighed, whole_units
from traceability.lots.models import (
    HoldingStatus,
    LogisticUnit,
    LogisticUnitKind,
    LogisticUnitStatus,
    Lot,
    LotHolding,
    LotMovement,
    LotOperation,
    LotPlot,
    OperationKind,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
    ShipmentUnit,
)
from traceability.lots.policies import may_see, may_see_shipment, may_see_unit, may_work_with

PARTIES_FOUND = 10
LOTS_TO_CHOOSE = 100
PRESENT = (HoldingStatus.LOOSE, HoldingStatus.PACKED, HoldingStatus.IN_TRANSIT)
"""Where goods still are with their holder."""


@dataclass(frozen=True, slots=True)
class Held:
    """What one holder has, or had, of a lot: `amount` at `status`, in the crate, pallet or parcel `sscc` if any."""

    holder_id: uuid.UUID
    holder_name: str
    status: HoldingStatus
    sscc: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class LotAtHand:
    """A lot of which somebody has something loose, and how much."""

    lot: Lot
    amount: Amount

    @property
    def units(self) -> int:
        """The whole units: what can be packed for orders."""
        return whole_units(self.lot.unit, self.amount)


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


def amounts_at_hand(lot_ids: Collection[uuid.UUID], actor: Actor) -> dict[uuid.UUID, Amount]:
    """What the actor's producers together have of these lots, loose or packed, by lot."""
    producer_ids = [producer.id for producer in producers_of(actor)]
    rows = db.session.execute(
        select(LotHolding.lot_id, func.sum(LotHolding.grams), func.sum(LotHolding.units))
        .where(LotHolding.lot_id.in_(lot_ids), LotHolding.holder_id.in_(producer_ids), LotHolding.status.in_(PRESENT))
        .group_by(LotHolding.lot_id)
    )
    return {lot_id: Amount(int(grams), int(units)) for lot_id, grams, units in rows}


def holdings_of(lot_id: uuid.UUID) -> list[Held]:
    """Who has, or had, how much of a lot: present goods first, then where the rest went."""
    rows = db.session.execute(
        select(LotHolding, Producer.name)
        .join(Producer, Producer.id == LotHolding.holder_id)
        .where(LotHolding.lot_id == lot_id, LotHolding.grams + LotHolding.units > 0)
    )
    order = list(HoldingStatus)
    found = [
        Held(held.holder_id, name, HoldingStatus(held.status), held.sscc, Amount(held.grams, held.units))
        for held, name in rows
    ]
    return sorted(found, key=lambda held: (order.index(held.status), held.holder_name, held.sscc))


@dataclass(frozen=True, slots=True)
class Departure:
    """Goods of a lot that were sold outside the shop or destroyed, with what was said about it in private."""

    kind: OperationKind
    holder_name: str
    amount: Amount
    at: datetime
    words: str | None
    photo_key: str | None


def departures_of(lot_id: uuid.UUID, holder_ids: Collection[uuid.UUID], *, limit: int = 50) -> list[Departure]:
    """What these holders sold or destroyed of a lot, newest first, but for what was taken back."""
    undone = aliased(EpcisEvent)
    statement = (
        select(LotOperation, Producer.name, LotMovement.grams, LotMovement.units)
        .join(LotMovement, LotMovement.operation_id == LotOperation.id)
        .join(Producer, Producer.id == LotOperation.holder_id)
        .join(EpcisEvent, EpcisEvent.id == LotOperation.event_id)
        .where(
            LotMovement.lot_id == lot_id,
            LotOperation.holder_id.in_(holder_ids),
            LotOperation.kind.in_((OperationKind.SELLING, OperationKind.DESTROYING)),
            LotMovement.to_status.in_((HoldingStatus.SOLD, HoldingStatus.DESTROYED)),
            ~select(undone.id)
            .where(
                undone.event_id == EpcisEvent.event_id,
                undone.error_declared_at.is_not(None),
                undone.error_reason == "did_not_occur",
            )
            .exists(),
        )
        .order_by(LotOperation.id.desc())
        .limit(limit)
    )
    return [
        Departure(
            OperationKind(operation.kind),
            name,
            Amount(grams, units),
            operation.created_at,
            operation.reason or operation.counterpart,
            operation.photo_key,
        )
        for operation, name, grams, units in db.session.execute(statement)
    ]


def loose_with(held: Iterable[Held], holder_id: uuid.UUID) -> Amount:
    """What `holder_id` has loose, out of `held`."""
    for part in held:
        if part.holder_id == holder_id and part.status is HoldingStatus.LOOSE:
            return part.amount
    return NOTHING


def lots_at_hand(
    holder_id: uuid.UUID,
    *,
    product_ids: Collection[uuid.UUID] | None = None,
    lot_ids: Collection[uuid.UUID] | None = None,
    limit: int = LOTS_TO_CHOOSE,
) -> list[LotAtHand]:
    """The lots of which `holder_id` has something loose, soonest to spoil first; at most `limit`."""
    statement = (
        select(Lot, LotHolding.grams, LotHolding.units)
        .join(LotHolding, LotHolding.lot_id == Lot.id)
        .options(joinedload(Lot.product))
        .where(
            LotHolding.holder_id == holder_id,
            LotHolding.status == HoldingStatus.LOOSE,
            LotHolding.grams + LotHolding.units > 0,
        )
        .order_by(Lot.best_before.asc().nulls_last(), Lot.harvested_on, Lot.id)
        .limit(limit)
    )
    if product_ids is not None:
        statement = statement.where(Lot.product_id.in_(product_ids))
    if lot_ids is not None:
        statement = statement.where(Lot.id.in_(lot_ids))
    return [LotAtHand(lot, Amount(grams, units)) for lot, grams, units in db.session.execute(statement)]


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


_WENT_IN: Final = LotMovement.to_status.in_((HoldingStatus.USED, HoldingStatus.LOST))
"""What an operation took to make lots: in the books, all of a small part may be what was lost on the way."""


def lots_before(lot: Lot, *, limit: int = 50) -> list[Lot]:
    """The lots that `lot` was made of, one step back; none of a harvest."""
    if lot.made_by_id is None:
        return []
    used = select(LotMovement.lot_id).where(LotMovement.operation_id == lot.made_by_id, _WENT_IN)
    return _with_products(select(Lot).where(Lot.id.in_(used)), limit)


def lots_after(lot: Lot, *, limit: int = 50) -> list[Lot]:
    """The lots that were made of `lot`, one step forward."""
    used_by = select(LotMovement.operation_id).where(LotMovement.lot_id == lot.id, _WENT_IN)
    return _with_products(select(Lot).where(Lot.made_by_id.in_(used_by)), limit)


def _with_products(statement: Select[Lot], limit: int) -> list[Lot]:
    return list(db.session.scalars(statement.options(joinedload(Lot.product)).order_by(Lot.id).limit(limit)))


def origins_of(lot_id: uuid.UUID) -> Sequence[Plot]:
    """The plots that a lot was harvested from, through all lots it was made of, by name; at most 200."""
    beginning = select(Lot.id, Lot.made_by_id).where(Lot.id == lot_id).cte("origins", recursive=True)
    source = aliased(Lot)
    origins = beginning.union(
        select(source.id, source.made_by_id)
        .join(LotMovement, LotMovement.lot_id == source.id)
        .join(beginning, beginning.c.made_by_id == LotMovement.operation_id)
        .where(_WENT_IN)
    )
    statement = (
        select(Plot)
        .options(joinedload(Plot.commune))
        .where(Plot.id.in_(select(LotPlot.plot_id).join(origins, origins.c.id == LotPlot.lot_id)))
        .order_by(Plot.name, Plot.id)
        .limit(200)
    )
    return db.session.scalars(statement).all()


def origins_of_lots(lot_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Plot]]:
    """The plots that each lot was harvested from, as `origins_of` gives them for one, in two statements."""
    root = Lot.id.label("root_id")
    beginning = select(root, Lot.id, Lot.made_by_id).where(Lot.id.in_(lot_ids)).cte("origins", recursive=True)
    source = aliased(Lot)
    origins = beginning.union(
        select(beginning.c.root_id, source.id, source.made_by_id)
        .join(LotMovement, LotMovement.lot_id == source.id)
        .join(beginning, beginning.c.made_by_id == LotMovement.operation_id)
        .where(_WENT_IN)
    )
    pairs = db.session.execute(
        select(origins.c.root_id, LotPlot.plot_id).join(LotPlot, LotPlot.lot_id == origins.c.id).distinct().limit(5000)
    ).all()
    plots = {
        plot.id: plot
        for plot in db.session.scalars(
            select(Plot).options(joinedload(Plot.commune)).where(Plot.id.in_({plot_id for _root, plot_id in pairs}))
        )
    }
    found: dict[uuid.UUID, list[Plot]] = {}
    for root_id, plot_id in pairs:
        found.setdefault(root_id, []).append(plots[plot_id])
    return {root_id: sorted(of, key=lambda plot: (plot.name, plot.id)) for root_id, of in found.items()}


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


def units_of_holders(actor: Actor) -> Select[LogisticUnit]:
    """The crates and pallets that the actor's producers packed or got, newest first: a statement to page."""
    producer_ids = [producer.id for producer in producers_of(actor)]
    return (
        select(LogisticUnit)
        .options(joinedload(LogisticUnit.holder).lazyload(Producer.commune))
        .where(LogisticUnit.holder_id.in_(producer_ids), LogisticUnit.kind != LogisticUnitKind.PARCEL)
        .order_by(LogisticUnit.created_at.desc(), LogisticUnit.sscc.desc())
    )


def units_at_hand(
    holder_id: uuid.UUID, *, kind: LogisticUnitKind | None = None, limit: int = 200
) -> list[LogisticUnit]:
    """Crates and pallets of `holder_id` that can be sent or put onto a pallet, newest first."""
    statement = (
        select(LogisticUnit)
        .where(
            LogisticUnit.holder_id == holder_id,
            LogisticUnit.status == LogisticUnitStatus.PACKED,
            LogisticUnit.parent_sscc.is_(None),
            LogisticUnit.kind != LogisticUnitKind.PARCEL,
        )
        .order_by(LogisticUnit.created_at.desc(), LogisticUnit.sscc.desc())
        .limit(limit)
    )
    if kind is not None:
        statement = statement.where(LogisticUnit.kind == kind)
    return list(db.session.scalars(statement))


def get_unit(actor: Actor, sscc: str) -> LogisticUnit:
    """A crate or pallet; raises NotFound when there is none or it is not with the actor's producers."""
    unit = db.session.scalar(
        select(LogisticUnit).options(joinedload(LogisticUnit.holder)).where(LogisticUnit.sscc == sscc)
    )
    if unit is None or unit.kind == LogisticUnitKind.PARCEL or not may_see_unit(actor, unit):
        raise NotFound
    return unit


def crates_on(ssccs: Collection[str]) -> list[LogisticUnit]:
    """The crates that stand on these pallets, by SSCC."""
    statement = select(LogisticUnit).where(LogisticUnit.parent_sscc.in_(ssccs)).order_by(LogisticUnit.sscc)
    return list(db.session.scalars(statement))


def goods_in(ssccs: Collection[str]) -> dict[str, list[LotAtHand]]:
    """What is in each of these crates and pallets now, or on the way in them, by SSCC."""
    rows = db.session.execute(
        select(LotHolding.sscc, Lot, LotHolding.grams, LotHolding.units)
        .join(Lot, Lot.id == LotHolding.lot_id)
        .options(joinedload(Lot.product))
        .where(
            LotHolding.sscc.in_(ssccs),
            LotHolding.status.in_((HoldingStatus.PACKED, HoldingStatus.IN_TRANSIT)),
            LotHolding.grams + LotHolding.units > 0,
        )
        .order_by(LotHolding.sscc, Lot.id)
    )
    goods: dict[str, list[LotAtHand]] = {sscc: [] for sscc in ssccs}
    for sscc, lot, grams, units in rows:
        goods[sscc].append(LotAtHand(lot, Amount(grams, units)))
    return goods


def goods_at_hand(units: Collection[LogisticUnit]) -> dict[str, list[LotAtHand]]:
    """What is in each of these crates and pallets, with what is in the crates that stand on them, by SSCC."""
    crates = crates_on([unit.sscc for unit in units if unit.kind == LogisticUnitKind.PALLET])
    goods = goods_in({unit.sscc for unit in (*units, *crates)})
    inside = {unit.sscc: list(goods[unit.sscc]) for unit in units}
    for crate in crates:
        inside[crate.parent_sscc or ""] += goods[crate.sscc]
    return inside


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
