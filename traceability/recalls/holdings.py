"""Where the goods of lots are: in grams, by who has them. The one place that knows how lots keep their amounts."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from catalog.producers.models import Producer
from catalog.products.models import Product
from core.db import db
from traceability.lots.models import Lot
from traceability.lots.units import LotUnit

_UNIT_GRAMS: Final = {LotUnit.HUNDRED_GRAMS: 100}
_COUNTED_UNIT_GRAMS: Final = 1000
"""Lots are counted and not weighed: a unit that is no weight itself is taken for one kilogram."""


@dataclass(frozen=True, slots=True)
class LotAmounts:
    """How much of a lot there was, and how much of it is still with its producer, in grams."""

    lot: Lot
    made_grams: int
    loose_grams: int

    @property
    def gone_grams(self) -> int:
        """How much was packed."""
        return self.made_grams - self.loose_grams


def amounts_of(lot_ids: Collection[uuid.UUID]) -> list[LotAmounts]:
    """The amounts of these lots by product and lot number, with products, producers and plots."""
    lots = db.session.scalars(
        select(Lot)
        .join(Lot.product)
        .options(contains_eager(Lot.product).joinedload(Product.producer).joinedload(Producer.commune))
        .options(joinedload(Lot.plot))
        .where(Lot.id.in_(lot_ids))
        .order_by(Product.name_vi, Lot.lot_number, Lot.id)
    ).all()
    return [
        LotAmounts(lot, grams_of(lot.quantity, lot.unit), grams_of(lot.quantity - lot.packed_quantity, lot.unit))
        for lot in lots
    ]


def grams_of(units: int, unit: str) -> int:
    """The weight of so many `unit`s of a lot."""
    return units * _UNIT_GRAMS.get(LotUnit(unit), _COUNTED_UNIT_GRAMS)
