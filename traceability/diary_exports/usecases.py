"""Writes of exports: asked for, made, removed after their time."""

import io
import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import select

from catalog.producers.policies import may_act_for
from core.accounts import Actor
from core.db import after_commit, atomic, db, new_id, utc_now
from core.errors import Invalid, NotFound
from core.i18n import current_locale, format_number, use_locale
from core.i18n import gettext as _
from core.jobs import enqueue
from core.jobs.work import MOST_ATTEMPTS, begin_work, hold_work, tell_progress
from core.storage.backends import Storage
from traceability.diary.models import Plot
from traceability.diary_exports.contents import make_document
from traceability.diary_exports.models import DiaryExport, FileFormat
from traceability.diary_exports.pdf import write_pdf
from traceability.diary_exports.queries import MOST_ENTRIES, count_entries, read_contents
from traceability.diary_exports.workbook import write_workbook

log = structlog.get_logger("diary_exports")

AT_ONCE: Final = 300
"""Entries that are written while the reader waits, about a second; more are left to a worker."""

KEPT_FOR: Final = timedelta(days=7)
"""How long a file can be fetched; it is made again in a minute, and holds what is nobody else's business."""

LONGEST_PERIOD: Final = timedelta(days=5 * 366)
CONTENT_TYPES: Final = {
    FileFormat.PDF: "application/pdf",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


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
    from traceability.diary_exports.tasks import run  # the task calls what calls this

    export_id = str(export.id)
    after_commit(lambda: enqueue(run, export_id))


def make_file(*, export_id: uuid.UUID, storage: Storage, fonts: Path) -> None:
    """Make the file of an export and keep it in the private `storage`; harmless when it is there, or being made.

    Commits by itself, for progress is told while it runs. After too many attempts the export ends without a file.
    """
    export = begin_work(DiaryExport, export_id)
    if export is None:
        return
    if export.attempts > MOST_ATTEMPTS:
        log.error("export given up", export_id=str(export_id))
        with atomic():
            db.session.get_one(DiaryExport, export_id, with_for_update=True).finished_at = utc_now()
        return
    with atomic(), use_locale(export.locale):
        held = hold_work(DiaryExport, export_id)
        if held is None:
            return
        content = _file_of(held, fonts)
        # The name cannot be guessed, and the same bytes are never stored twice under it.
        key = f"diary-exports/{new_id().hex}.{held.file_format}"
        storage.put(key, content, CONTENT_TYPES[FileFormat(held.file_format)])
        held.storage_key, held.size_bytes = key, len(content)
        held.processed_count = held.total_count
        held.finished_at = utc_now()


def _file_of(export: DiaryExport, fonts: Path) -> bytes:
    contents = read_contents(export.producer_id, export.plot_id, export.first_day, export.last_day)
    document = make_document(
        contents,
        whole_farm=export.plot_id is None,
        first_day=export.first_day,
        last_day=export.last_day,
        made_at=utc_now(),
    )
    rows, total, export_id = max(1, document.row_count), export.total_count, export.id

    def progress(done: int) -> None:
        tell_progress(DiaryExport, export_id, total * done // rows)

    if export.file_format == FileFormat.PDF:
        return write_pdf(document, fonts=fonts, progress=progress)
    out = io.BytesIO()
    write_workbook(out, document, progress=progress)
    return out.getvalue()


def remove_old_files(*, storage: Storage, limit: int = 100) -> int:
    """Remove the files that were kept long enough; returns how many."""
    statement = (
        select(DiaryExport)
        .where(DiaryExport.storage_key.is_not(None), DiaryExport.finished_at < utc_now() - KEPT_FOR)
        .order_by(DiaryExport.finished_at, DiaryExport.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    exports = list(db.session.scalars(statement))
    for export in exports:
        assert export.storage_key is not None
        storage.delete(export.storage_key)
        export.storage_key = export.size_bytes = None
        export.is_removed = True
    db.session.flush()
    return len(exports)
