"""Reads of crates and pallets, and of what is in them."""

import uuid
from collections.abc import Collection

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from catalog.producers.models import Producer
from catalog.producers.queries import producers_of
from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from traceability.lots.amounts import Amount
from traceability.lots.models import (
    HoldingStatus,
    LogisticUnit,
    LogisticUnitKind,
    LogisticUnitStatus,
    Lot,
    LotHolding,
)
from traceability.lots.policies import may_see_unit
from traceability.lots.queries.holdings import LotAtHand


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
