"""The diaries of the demo world: a year for every plot that grows something, and true in itself."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from core.db import db
from traceability.diary.calendars import calendars
from traceability.diary.entry_models import DiaryEntry, InputUse
from traceability.diary.harvest_gate import check_harvest_allowed
from traceability.diary.models import Plot
from traceability.diary.shapes import differs_from_stated, read_shape
from traceability.diary.store_models import InputReceipt
from traceability.lots.models import Lot
from traceability.plant_protection.models import PlantProtectionList


def test_every_growing_plot_has_a_year_of_diary(seeded: Flask) -> None:
    counts = dict(
        db.session.execute(
            select(Plot.crop, func.count(DiaryEntry.id))
            .join(DiaryEntry, DiaryEntry.plot_id == Plot.id)
            .group_by(Plot.crop)
        ).all()
    )
    plots = dict(
        db.session.execute(select(Plot.crop, func.count()).where(Plot.crop.is_not(None)).group_by(Plot.crop)).all()
    )
    assert set(plots) <= set(calendars())
    assert {crop for crop, count in plots.items() if counts[crop] < 25 * count} == set()
    assert db.session.scalar(select(func.count()).where(DiaryEntry.interval_days.is_not(None))) > 20


def test_no_lot_was_harvested_inside_an_interval(seeded: Flask) -> None:
    lots = db.session.scalars(select(Lot).where(Lot.plots.any())).all()
    assert lots
    for lot in lots:
        check_harvest_allowed([row.plot_id for row in lot.plots], on=lot.harvested_on)
    last = db.session.scalar(select(func.max(DiaryEntry.recorded_at)))
    assert last is not None
    for plot_id in db.session.scalars(select(Plot.id).where(Plot.crop.is_not(None))):
        check_harvest_allowed([plot_id], on=last.date() + timedelta(days=1))


def test_the_store_is_what_was_used(seeded: Flask) -> None:
    used = func.coalesce(func.sum(InputUse.amount), 0)
    rows = db.session.execute(
        select(InputReceipt.used_amount, used)
        .outerjoin(InputUse, InputUse.receipt_id == InputReceipt.id)
        .group_by(InputReceipt.id)
    ).all()
    assert rows and all(kept == counted for kept, counted in rows)


def test_shapes_are_drawn_as_large_as_the_plots_are(seeded: Flask) -> None:
    plots = db.session.scalars(select(Plot).where(Plot.shape.is_not(None))).all()
    assert plots
    for plot in plots:
        assert plot.shape is not None and not differs_from_stated(plot.shape, plot.area_m2)
        lines = [f"{latitude}, {longitude}" for longitude, latitude in plot.shape["coordinates"][0]]
        assert read_shape("\n".join(lines)) == plot.shape


def test_the_list_says_that_it_is_a_sample(seeded: Flask) -> None:
    assert db.session.scalars(select(PlantProtectionList.is_sample)).all() == [True]
