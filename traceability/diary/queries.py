"""Reads of plots, of who and what works on them, and of how a day's work stands."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from traceability.diary.entry_models import DiaryEntry
from traceability.diary.entry_queries import in_force
from traceability.diary.models import Equipment, FarmWorker, PlantingAreaCode, Plot
from traceability.diary.policies import may_keep
from traceability.diary.shapes import SMALLEST_OVERLAP_M2, overlap_m2

PLOTS: Final = 200


def plots_of(producer_ids: Collection[uuid.UUID], *, limit: int = PLOTS) -> list[Plot]:
    """The plots of these producers with their communes, by name; at most `limit`."""
    statement = (
        select(Plot)
        .options(joinedload(Plot.commune))
        .where(Plot.producer_id.in_(producer_ids))
        .order_by(Plot.name, Plot.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def glns_of_plots(producer_ids: Collection[uuid.UUID]) -> Select[str]:
    """The query for the location codes (AI 414) of these producers' plots, all of them."""
    return select(Plot.gln).where(Plot.producer_id.in_(producer_ids))


def get_plot(actor: Actor, plot_id: uuid.UUID) -> Plot:
    """The plot with its commune and codes. Raises NotFound, also for another producer's."""
    statement = (
        select(Plot)
        .options(joinedload(Plot.commune), joinedload(Plot.producer), selectinload(Plot.planting_area_codes))
        .where(Plot.id == plot_id)
    )
    plot = db.session.scalar(statement)
    if plot is None or not may_keep(actor, plot):
        raise NotFound
    return plot


def find_plot_by_gln(gln: str) -> Plot | None:
    """The plot with this location trace code, with its commune and producer, whoever works it."""
    return db.session.scalar(
        select(Plot).options(joinedload(Plot.commune), joinedload(Plot.producer)).where(Plot.gln == gln)
    )


def get_planting_area_code(actor: Actor, code_id: uuid.UUID) -> tuple[PlantingAreaCode, Plot]:
    """The code and its plot. Raises NotFound, also for another producer's."""
    row = db.session.get(PlantingAreaCode, code_id)
    if row is None:
        raise NotFound
    return row, get_plot(actor, row.plot_id)


def overlapping_plots(plot: Plot, *, limit: int = PLOTS) -> list[tuple[Plot, int]]:
    """Plots of the same producer or in the same commune whose shape lies over this one's, with square metres in common.

    Only the actor's own are named by the pages; of others it is said that there is one.
    """
    if plot.shape is None:
        return []
    statement = (
        select(Plot)
        .where(
            Plot.id != plot.id,
            Plot.shape.is_not(None),
            (Plot.producer_id == plot.producer_id) | (Plot.commune_code == plot.commune_code),
        )
        .order_by(Plot.name, Plot.id)
        .limit(limit)
    )
    found = [
        (other, overlap_m2(plot.shape, other.shape))
        for other in db.session.scalars(statement)
        if other.shape is not None
    ]
    return [(other, common) for other, common in found if common >= SMALLEST_OVERLAP_M2]


def workers_of(producer_ids: Collection[uuid.UUID], *, limit: int = 200) -> list[FarmWorker]:
    """Who works for these producers, those who left last; by name."""
    statement = (
        select(FarmWorker)
        .where(FarmWorker.producer_id.in_(producer_ids))
        .order_by(FarmWorker.left_on.is_not(None), FarmWorker.name, FarmWorker.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def equipment_of(producer_ids: Collection[uuid.UUID], *, limit: int = 200) -> list[Equipment]:
    """What these producers work with, what is retired last; by name."""
    statement = (
        select(Equipment)
        .where(Equipment.producer_id.in_(producer_ids))
        .order_by(Equipment.retired_on.is_not(None), Equipment.name, Equipment.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


@dataclass(frozen=True, slots=True)
class DoneSoFar:
    """How often each activity was done on a plot: this month, in the year before, and on the last day of work."""

    this_month: Mapping[str, int]
    this_year: Mapping[str, int]
    last_day: date | None
    on_last_day: frozenset[str]


NOTHING_DONE = DoneSoFar({}, {}, None, frozenset())


def done_so_far(plot_ids: Collection[uuid.UUID], *, today: date) -> dict[uuid.UUID, DoneSoFar]:
    """What was done on each of the plots in the year up to `today`, in one query."""
    month = func.count().filter(DiaryEntry.done_on >= today.replace(day=1))
    statement = (
        select(DiaryEntry.plot_id, DiaryEntry.activity, month, func.count(), func.max(DiaryEntry.done_on))
        .where(
            DiaryEntry.plot_id.in_(plot_ids),
            DiaryEntry.done_on > today - timedelta(days=365),
            DiaryEntry.done_on <= today,
            in_force(),
        )
        .group_by(DiaryEntry.plot_id, DiaryEntry.activity)
        .order_by(DiaryEntry.plot_id, DiaryEntry.activity)
    )
    rows: dict[uuid.UUID, list[tuple[str, int, int, date]]] = {}
    for plot_id, activity, this_month, this_year, last in db.session.execute(statement):
        rows.setdefault(plot_id, []).append((activity, this_month, this_year, last))
    return {plot_id: _done(found) for plot_id, found in rows.items()}


def _done(rows: list[tuple[str, int, int, date]]) -> DoneSoFar:
    last_day = max(last for _activity, _month, _year, last in rows)
    return DoneSoFar(
        this_month={activity: month for activity, month, _year, _last in rows if month},
        this_year={activity: year for activity, _month, year, _last in rows},
        last_day=last_day,
        on_last_day=frozenset(activity for activity, _month, _year, last in rows if last == last_day),
    )
