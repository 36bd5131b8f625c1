"""Writes of many entries at once: tried first, then recorded together."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from core.accounts import Actor
from core.db import db
from core.errors import AppError, Invalid
from core.i18n import gettext as _
from traceability.diary.entries import record_entry
from traceability.diary.entry_models import DiaryEntry
from traceability.diary.errors import ConfirmationNeeded, Doubt
from traceability.diary.harvest_gate import locked_plots
from traceability.diary.rules import EntryFacts

MOST_PLOTS: Final = 200
"""Plots of one entry in bulk; each is checked as thoroughly as a single one, in about ten milliseconds."""


@dataclass(frozen=True, slots=True)
class PlotFacts:
    """What is to be written down of one plot."""

    plot_id: uuid.UUID
    facts: EntryFacts


@dataclass(frozen=True, slots=True)
class PlotResult:
    """What would become of it: refused with `error`, or written, perhaps after its `doubts` are confirmed.

    `harvest_from` is the first day of harvest that a spray leaves.
    """

    plot_id: uuid.UUID
    error: AppError | None = None
    doubts: Sequence[Doubt] = ()
    harvest_from: date | None = None


def try_for_plots(*, actor: Actor, plots: Sequence[PlotFacts]) -> list[PlotResult]:
    """What would become of each, in the order given, as if those before it were written; nothing stays written.

    So the last litre in the store is shared out as it would be. Raises Invalid for none or too many, NotFound for a
    plot that is not there.
    """
    _check_count(plots)
    locked_plots([plot.plot_id for plot in plots])
    trial = db.session.begin_nested()
    try:
        return [_tried(actor, plot) for plot in plots]
    finally:
        trial.rollback()
        db.session.expire_all()


def record_for_plots(
    *, actor: Actor, plots: Sequence[PlotFacts], confirmed: Collection[str], submission_id: uuid.UUID
) -> list[DiaryEntry]:
    """Write all of it down, in one transaction of the caller's; a submission that was written before changes nothing.

    Raises what `record_entry` refuses of the first plot that is refused.
    """
    _check_count(plots)
    locked_plots([plot.plot_id for plot in plots])
    return [
        record_entry(
            actor=actor,
            plot_id=plot.plot_id,
            facts=plot.facts,
            confirmed=confirmed,
            submission_id=uuid.uuid5(submission_id, str(plot.plot_id)),
        )
        for plot in plots
    ]


def _check_count(plots: Sequence[PlotFacts]) -> None:
    if not plots:
        raise Invalid(_("Tick at least one plot."), field="plots")
    if len(plots) > MOST_PLOTS:
        raise Invalid(_("Tick at most %(count)s plots at a time.", count=MOST_PLOTS), field="plots")


def _tried(actor: Actor, plot: PlotFacts) -> PlotResult:
    doubts: tuple[Doubt, ...] = ()
    for _attempt in range(2):
        try:
            with db.session.begin_nested():
                entry = record_entry(
                    actor=actor,
                    plot_id=plot.plot_id,
                    facts=plot.facts,
                    confirmed=[doubt.code for doubt in doubts],
                )
            return PlotResult(plot.plot_id, doubts=doubts, harvest_from=entry.harvest_from)
        except ConfirmationNeeded as question:
            doubts = question.doubts
        except AppError as error:
            return PlotResult(plot.plot_id, error=error)
    raise AssertionError("all doubts were confirmed")
