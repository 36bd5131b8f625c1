"""Writes of exports: asking for one. A worker makes it, or whoever asked while they wait (see `running`)."""

import uuid
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from core.db import after_commit, db, new_id
from core.errors import Invalid, NotFound
from core.i18n import current_locale, format_number
from core.i18n import gettext as _
from core.jobs import enqueue
from traceability.diary.models import Plot
from traceability.diary_exports.models import DiaryExport, FileFormat
from traceability.diary_exports.queries import MOST_ENTRIES, count_entries
from traceability.diary_exports.tasks import run

AT_ONCE: Final = 300
"""Entries that are written while the reader waits, about a second; more are left to a worker."""

LONGEST_PERIOD: Final = timedelta(days=5 * 366)


def request_export(
    *,
    actor: Actor,
    producer_id: uuid.UUID,
    plot_id: uuid.UUID | None,
    first_day: date,
    last_day: date,
    file_format: FileFormat,
) -> DiaryExport:
    """Ask for the diary of a producer, or of one of its plots, on the days from first to last, as a file.

    A long one is made by a worker after the commit; of a short one the caller makes the file (`make_file`). Asking
    again while the same file is being made gives that one. Raises NotFound for what is not the actor's, Invalid (with
    `field`) for days that make no sense or hold too much.
    """
    if not may_act_for(actor, producer_id):
        raise NotFound
    if plot_id is not None:
        owner = db.session.scalar(select(Plot.producer_id).where(Plot.id == plot_id))
        if owner != producer_id:
            raise NotFound
    if last_day < first_day:
        raise Invalid(_("The last day lies before the first one."), field="last_day")
    if last_day - first_day > LONGEST_PERIOD:
        raise Invalid(_("Choose at most five years."), field="first_day")
    count = count_entries(producer_id, plot_id, first_day, last_day)
    if count > MOST_ENTRIES:
        raise Invalid(
            _(
                "These are %(count)s entries, too many for one file. Choose a shorter period.",
                count=format_number(count),
            ),
            field="first_day",
        )
    running = select(DiaryExport).where(
        DiaryExport.producer_id == producer_id,
        DiaryExport.plot_id.is_not_distinct_from(plot_id),
        DiaryExport.first_day == first_day,
        DiaryExport.last_day == last_day,
        DiaryExport.file_format == file_format,
        DiaryExport.locale == current_locale(),
        DiaryExport.finished_at.is_(None),
    )
    known = db.session.scalars(running.order_by(DiaryExport.id).limit(1)).first()
    if known is not None:
        return known
    export = DiaryExport(
        id=new_id(),
        producer_id=producer_id,
        plot_id=plot_id,
        first_day=first_day,
        last_day=last_day,
        file_format=file_format,
        locale=current_locale(),
        total_count=count,
        created_by=actor.user_id,
    )
    db.session.add(export)
    db.session.flush()
    if not is_short(export):
        _request_run(export)
    return export


def is_short(export: DiaryExport) -> bool:
    """Whether the file is made while its reader waits."""
    return export.total_count <= AT_ONCE


def _request_run(export: DiaryExport) -> None:
    export_id = str(export.id)
    after_commit(lambda: enqueue(run, export_id))
