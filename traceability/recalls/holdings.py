"""Where the goods of lots are: in grams, by who has them, and to whom they were sold outside the shop."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from catalog.producers.models import Producer
from catalog.products.models import Product
from core.db import db
from traceability.lots.models import HoldingStatus, Lot, LotHolding, LotMovement, LotOperation

MOST_SALES = 500


@dataclass(frozen=True, slots=True)
class Holding:
    """So many grams of a lot with a holder, or that left them; `sscc` is what they are in, empty for nothing."""

    lot_id: uuid.UUID
    holder: Producer
    status: HoldingStatus
    sscc: str
    grams: int


@dataclass(frozen=True, slots=True)
class OutsideSale:
    """So many grams of a lot that a holder sold outside the shop; `counterpart` says who bought, if that was noted."""

    lot_id: uuid.UUID
    seller: Producer
    counterpart: str | None
    grams: int
    sold_at: datetime


def lots_with_products(lot_ids: Collection[uuid.UUID]) -> list[Lot]:
    """These lots by product and lot number, with products and producers."""
    return list(
        db.session.scalars(
            select(Lot)
            .join(Lot.product)
            .options(contains_eager(Lot.product).joinedload(Product.producer))
            .where(Lot.id.in_(lot_ids))
            .order_by(Product.name_vi, Lot.lot_number, Lot.id)
        )
    )


def holdings_of_lots(lot_ids: Collection[uuid.UUID]) -> list[Holding]:
    """Everything that became of these lots, by lot, status and holder."""
    rows = db.session.execute(
        select(LotHolding, Producer)
        .join(Producer, Producer.id == LotHolding.holder_id)
        .where(LotHolding.lot_id.in_(lot_ids), LotHolding.grams > 0)
        .order_by(LotHolding.lot_id, LotHolding.status, Producer.name, LotHolding.sscc)
    )
    return [Holding(held.lot_id, holder, HoldingStatus(held.status), held.sscc, held.grams) for held, holder in rows]


def outside_sales_of(lot_ids: Collection[uuid.UUID]) -> list[OutsideSale]:
    """What of these lots was sold outside the shop, newest first, at most 500."""
    rows = db.session.execute(
        select(LotMovement, LotOperation.counterpart, Producer)
        .join(LotOperation, LotOperation.id == LotMovement.operation_id)
        .join(Producer, Producer.id == LotMovement.to_holder_id)
        .where(
            LotMovement.lot_id.in_(lot_ids),
            LotMovement.to_status == HoldingStatus.SOLD,
            LotMovement.to_sscc == "",
        )
        .order_by(LotMovement.id.desc())
        .limit(MOST_SALES)
    )
    return [
        OutsideSale(movement.lot_id, seller, counterpart, movement.grams, movement.created_at)
        for movement, counterpart, seller in rows
    ]
