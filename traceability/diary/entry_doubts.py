"""What is unusual about an entry, so that somebody has to say that it is right."""

import uuid
from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import select

from core.db import db
from core.i18n import gettext as _
from traceability.diary.calendars import activities
from traceability.diary.entry_inputs import SprayInterval
from traceability.diary.entry_models import DiaryEntry
from traceability.diary.entry_queries import in_force, waits_open
from traceability.diary.errors import ConfirmationNeeded, Doubt, day_text
from traceability.diary.harvest_interval import longest_interval
from traceability.diary.models import Plot
from traceability.diary.rules import EntryFacts, doubts_about_dose, doubts_about_sizes
from traceability.diary.store_models import InputReceipt
from traceability.plant_protection.models import PlantProtectionIngredient, PlantProtectionList
from traceability.plant_protection.queries import ingredients_by_code


def check_doubts(
    plot: Plot,
    facts: EntryFacts,
    receipts: dict[uuid.UUID, InputReceipt],
    interval: SprayInterval | None,
    confirmed: Collection[str],
) -> None:
    """Raise ConfirmationNeeded for what is unusual about an entry and not named in `confirmed`."""
    doubts = doubts_about_sizes(facts, plot_area_m2=plot.area_m2)
    if interval is not None:
        doubts += _doubts_about_doses(plot, facts, receipts, interval.version)
        days = longest_interval(interval.by_receipt.values())
        doubts += _doubts_about_harvests(plot, facts.done_on, days)
    if activities()[facts.activity].is_harvest:
        doubts += [Doubt("fertiliser", message) for message in harvest_warnings([plot], on=facts.done_on)[:1]]
    open_doubts = [doubt for doubt in doubts if doubt.code not in confirmed]
    if open_doubts:
        raise ConfirmationNeeded(open_doubts)


def harvest_warnings(plots: Collection[Plot], *, on: date) -> list[str]:
    """What speaks against a harvest of that day without forbidding it: one sentence for each plot, in words."""
    names = {plot.id: plot.name for plot in plots}
    longest = {wait.plot_id: wait for wait in reversed(waits_open(names, on=on))}
    return [
        _(
            "%(plot)s got %(product)s on %(day)s: a careful farmer waits %(days)s days, until %(until)s.",
            plot=names[wait.plot_id],
            product=wait.product,
            day=day_text(wait.done_on),
            days=wait.days,
            until=day_text(wait.ends_on),
        )
        for wait in longest.values()
    ]


def _doubts_about_doses(
    plot: Plot, facts: EntryFacts, receipts: dict[uuid.UUID, InputReceipt], version: PlantProtectionList
) -> list[Doubt]:
    doubts: list[Doubt] = []
    for use in facts.inputs:
        receipt = receipts[use.receipt_id]
        known = ingredients_by_code(version.id, [ingredient.code for ingredient in receipt.ingredients])
        for ingredient in receipt.ingredients:
            doubts += _doubts_about_ingredient(
                known[ingredient.code], use.amount, facts.area_m2 or plot.area_m2, ingredient.content
            )
    return doubts[:1]


def _doubts_about_ingredient(
    listed: PlantProtectionIngredient, amount: int, area_m2: int, content: float | None
) -> list[Doubt]:
    if listed.dose_min is None or listed.dose_max is None or listed.dose_unit is None:
        return []
    return doubts_about_dose(
        name=listed.name,
        amount=amount,
        area_m2=area_m2,
        content=content,
        dose_max=listed.dose_max,
        dose_unit=listed.dose_unit,
    )


def _doubts_about_harvests(plot: Plot, sprayed_on: date, days: int) -> list[Doubt]:
    """A spray that comes to light after a harvest inside its interval is written down, but not by mistake."""
    harvests = [code for code, activity in activities().items() if activity.is_harvest]
    statement = (
        select(DiaryEntry.done_on)
        .where(
            DiaryEntry.plot_id == plot.id,
            DiaryEntry.activity.in_(harvests),
            DiaryEntry.done_on >= sprayed_on,
            DiaryEntry.done_on < sprayed_on + timedelta(days=days),
            in_force(),
        )
        .order_by(DiaryEntry.done_on, DiaryEntry.id)
        .limit(1)
    )
    harvested_on = db.session.scalar(statement)
    if harvested_on is None:
        return []
    message = _(
        "There was a harvest on %(day)s, inside the pre-harvest interval of this spray. Check the day; if it is right, "
        "do not sell that harvest and call the plant protection office.",
        day=day_text(harvested_on),
    )
    return [Doubt("harvested", message)]
