"""Goods of a parcel that come back, in the ledger of lots and in the journal. The order's row is locked already."""

import uuid
from collections.abc import Mapping

from core.accounts import Actor
from market.orders.models import Parcel
from traceability.lots.usecases import ReturnedUnits, take_back


def take_goods_back(
    *, actor: Actor, parcel: Parcel, came: Mapping[uuid.UUID, int], fit: Mapping[uuid.UUID, int], source: str
) -> None:
    """Units of lines (by line id) of a parcel that had left are with the producer again; `fit` can be sold again.

    `source` names what made them come back, and is written down once. Raises what `take_back` does.
    """
    returned = [
        ReturnedUnits(line.lot_id, came[line.id] * line.content_quantity, fit.get(line.id, 0) * line.content_quantity)
        for line in parcel.lines
        if line.lot_id is not None and came.get(line.id)
    ]
    if parcel.sscc is not None and returned:
        take_back(actor=actor, sscc=parcel.sscc, returned=returned, source=source)
