"""Reads of what lots were made of: one step back and forward, and the plots at the beginning."""

import uuid
from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased, joinedload

from core.db import db
from traceability.diary.models import Plot
from traceability.lots.models import (
    HoldingStatus,
    Lot,
    LotMovement,
    LotPlot,
)

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
