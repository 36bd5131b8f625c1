"""Reads of who has, or had, how much of a lot, and of what lies loose to work with."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from catalog.producers.models import Producer
from catalog.producers.queries import producers_of
from core.accounts import Actor
from core.db import db
from traceability.journal.models import EpcisEvent
from traceability.lots.amounts import NOTHING, Amount, whole_units
from traceability.lots.models import (
    HoldingStatus,
    Lot,
    LotHolding,
    LotMovement,
    LotOperation,
    OperationKind,
)

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
