"""What tests of the packing house look at: who has how much, and what the journal was told."""

import uuid
from collections.abc import Iterable

from sqlalchemy import func, select

from core.db import db
from tests.traceability.farm import Farm, make_farm
from traceability.journal.models import EpcisEvent
from traceability.lots.amounts import NOTHING, Amount
from traceability.lots.models import HoldingStatus, Lot, LotHolding


def holdings(lot: Lot) -> dict[tuple[uuid.UUID, str, bool], Amount]:
    """All that is, or was, of a lot: (holder, status, whether in a crate or the like) → how much."""
    rows = db.session.execute(
        select(LotHolding.holder_id, LotHolding.status, LotHolding.sscc, LotHolding.grams, LotHolding.units).where(
            LotHolding.lot_id == lot.id, LotHolding.grams + LotHolding.units > 0
        )
    )
    found: dict[tuple[uuid.UUID, str, bool], Amount] = {}
    for holder, status, sscc, grams, units in rows:
        key = (holder, str(status), bool(sscc))
        found[key] = found.get(key, NOTHING) + Amount(grams, units)
    return found


def at(lot: Lot, farm: Farm, status: HoldingStatus) -> Amount:
    """What `farm` has, or had, of a lot in one state."""
    rows = db.session.execute(
        select(func.coalesce(func.sum(LotHolding.grams), 0), func.coalesce(func.sum(LotHolding.units), 0)).where(
            LotHolding.lot_id == lot.id, LotHolding.holder_id == farm.producer.id, LotHolding.status == status
        )
    ).one()
    return Amount(int(rows[0]), int(rows[1]))


def total_grams(lots: Iterable[Lot]) -> dict[uuid.UUID, int]:
    """The sum of all holdings of each lot."""
    rows = db.session.execute(
        select(LotHolding.lot_id, func.sum(LotHolding.grams))
        .where(LotHolding.lot_id.in_([lot.id for lot in lots]))
        .group_by(LotHolding.lot_id)
    )
    return {lot_id: int(grams) for lot_id, grams in rows}


def newest_event() -> EpcisEvent:
    """The event that was captured last."""
    return db.session.scalars(
        select(EpcisEvent).order_by(EpcisEvent.record_time.desc(), EpcisEvent.id.desc()).limit(1)
    ).one()


def weighing_farm() -> tuple[Farm, Lot]:
    """A farm with a harvest of 100 kg."""
    farm = make_farm()
    return farm, farm.harvest(quantity=100, unit="kg")
