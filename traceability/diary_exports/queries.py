"""Reads for exports: the jobs, and everything of a diary that goes into a file."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from catalog.places.models import Commune
from catalog.producers.models import Producer
from core.accounts import Actor
from core.db import db
from core.errors import NotFound
from traceability.diary.entry_models import DiaryEntry, InputUse
from traceability.diary.entry_queries import in_force
from traceability.diary.models import HarvestOverride, Plot
from traceability.diary.store_models import InputReceipt
from traceability.diary_exports.models import DiaryExport
from traceability.diary_exports.policies import may_see_export

MOST_PLOTS = 500
MOST_ENTRIES = 20_000
"""Entries of one file: ten years of a household, a year of a cooperative of forty plots with ten entries a week."""


@dataclass(frozen=True, slots=True)
class Correction:
    """An entry that corrects, and what it corrects."""

    entry: DiaryEntry
    before: DiaryEntry


@dataclass(frozen=True, slots=True)
class DiaryContents:
    """All that an export is made of; entries in force by day, corrections by the time they were made."""

    producer: Producer
    plots: Sequence[Plot]
    receipts: Sequence[InputReceipt]
    entries: Sequence[DiaryEntry]
    corrections: Sequence[Correction]
    overrides: Sequence[HarvestOverride]


def get_export(actor: Actor, export_id: uuid.UUID) -> DiaryExport:
    """The export with its producer and plot. Raises NotFound, also for another producer's."""
    statement = (
        select(DiaryExport)
        .options(joinedload(DiaryExport.producer), joinedload(DiaryExport.plot))
        .where(DiaryExport.id == export_id)
    )
    export = db.session.scalar(statement)
    if export is None or not may_see_export(actor, export):
        raise NotFound
    return export


def exports_of(producer_ids: Collection[uuid.UUID], *, limit: int = 10) -> list[DiaryExport]:
    """The newest exports of these producers."""
    statement = (
        select(DiaryExport)
        .options(joinedload(DiaryExport.producer), joinedload(DiaryExport.plot))
        .where(DiaryExport.producer_id.in_(producer_ids))
        .order_by(DiaryExport.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def count_entries(producer_id: uuid.UUID, plot_id: uuid.UUID | None, first_day: date, last_day: date) -> int:
    """How many entries in force an export would hold."""
    statement = (
        select(func.count())
        .select_from(DiaryEntry)
        .join(Plot, Plot.id == DiaryEntry.plot_id)
        .where(Plot.producer_id == producer_id, DiaryEntry.done_on.between(first_day, last_day), in_force())
    )
    if plot_id is not None:
        statement = statement.where(Plot.id == plot_id)
    return db.session.scalar(statement) or 0


def read_contents(producer_id: uuid.UUID, plot_id: uuid.UUID | None, first_day: date, last_day: date) -> DiaryContents:
    """Everything of the plots of a producer, or of one of them, on the days from first to last."""
    producer = db.session.scalars(
        select(Producer)
        .options(joinedload(Producer.commune).joinedload(Commune.province))
        .where(Producer.id == producer_id)
    ).one()
    plots = _plots(producer_id, plot_id)
    ids = [plot.id for plot in plots]
    entries = list(
        db.session.scalars(
            _whole_entries()
            .where(DiaryEntry.plot_id.in_(ids), DiaryEntry.done_on.between(first_day, last_day), in_force())
            .order_by(DiaryEntry.done_on, DiaryEntry.id)
            .limit(MOST_ENTRIES)
        )
    )
    return DiaryContents(
        producer=producer,
        plots=plots,
        receipts=_receipts(producer_id, ids if plot_id is not None else None, first_day, last_day),
        entries=entries,
        corrections=_corrections(ids, first_day, last_day),
        overrides=_overrides(ids, first_day, last_day),
    )


def _plots(producer_id: uuid.UUID, plot_id: uuid.UUID | None) -> list[Plot]:
    statement = (
        select(Plot)
        .options(
            joinedload(Plot.commune).joinedload(Commune.province),
            joinedload(Plot.producer),
            selectinload(Plot.planting_area_codes),
        )
        .where(Plot.producer_id == producer_id)
        .order_by(Plot.name, Plot.id)
        .limit(MOST_PLOTS)
    )
    if plot_id is not None:
        statement = statement.where(Plot.id == plot_id)
    return list(db.session.scalars(statement))


def _receipts(
    producer_id: uuid.UUID, plot_ids: Collection[uuid.UUID] | None, first_day: date, last_day: date
) -> list[InputReceipt]:
    """What was bought in these days or used on the plots in them; of a single plot only what was used there."""
    used = (
        select(InputUse.receipt_id)
        .join(DiaryEntry, DiaryEntry.id == InputUse.entry_id)
        .where(DiaryEntry.done_on.between(first_day, last_day))
    )
    wanted: ColumnElement[bool]
    if plot_ids is not None:
        wanted = InputReceipt.id.in_(used.where(DiaryEntry.plot_id.in_(plot_ids)))
    else:
        wanted = or_(InputReceipt.received_on.between(first_day, last_day), InputReceipt.id.in_(used))
    statement = (
        select(InputReceipt)
        .options(selectinload(InputReceipt.ingredients), joinedload(InputReceipt.plant_protection_list))
        .where(InputReceipt.producer_id == producer_id, InputReceipt.withdrawn_at.is_(None), wanted)
        .order_by(InputReceipt.received_on, InputReceipt.id)
        .limit(MOST_ENTRIES)
    )
    return list(db.session.scalars(statement))


def _corrections(plot_ids: Collection[uuid.UUID], first_day: date, last_day: date) -> list[Correction]:
    """The corrections whose day, before or after, is among these, in the order in which they were made."""
    older = aliased(DiaryEntry)
    in_period = or_(
        DiaryEntry.done_on.between(first_day, last_day),
        exists().where(older.id == DiaryEntry.supersedes_id, older.done_on.between(first_day, last_day)),
    )
    corrections = list(
        db.session.scalars(
            _whole_entries()
            .where(DiaryEntry.plot_id.in_(plot_ids), DiaryEntry.supersedes_id.is_not(None), in_period)
            .order_by(DiaryEntry.recorded_at, DiaryEntry.id)
            .limit(MOST_ENTRIES)
        )
    )
    ids = [entry.supersedes_id for entry in corrections]
    before = {entry.id: entry for entry in db.session.scalars(_whole_entries().where(DiaryEntry.id.in_(ids)))}
    return [Correction(entry, before[entry.supersedes_id]) for entry in corrections if entry.supersedes_id]


def _overrides(plot_ids: Collection[uuid.UUID], first_day: date, last_day: date) -> list[HarvestOverride]:
    statement = (
        select(HarvestOverride)
        .options(joinedload(HarvestOverride.granter))
        .where(
            HarvestOverride.plot_id.in_(plot_ids),
            HarvestOverride.valid_from <= last_day,
            HarvestOverride.valid_until >= first_day,
        )
        .order_by(HarvestOverride.granted_at, HarvestOverride.id)
        .limit(MOST_PLOTS)
    )
    return list(db.session.scalars(statement))


def _whole_entries() -> Select[DiaryEntry]:
    return select(DiaryEntry).options(
        joinedload(DiaryEntry.operator),
        joinedload(DiaryEntry.equipment),
        joinedload(DiaryEntry.plant_protection_list),
        joinedload(DiaryEntry.recorder),
        selectinload(DiaryEntry.inputs).joinedload(InputUse.receipt).selectinload(InputReceipt.ingredients),
    )
