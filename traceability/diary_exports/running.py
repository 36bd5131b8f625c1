"""The work of an export: its file made, however often that is begun, and removed after its time."""

import io
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import select

from core.db import atomic, db, new_id, utc_now
from core.i18n import use_locale
from core.jobs.work import MOST_ATTEMPTS, begin_work, hold_work, tell_progress
from core.storage.backends import Storage
from traceability.diary_exports.contents import make_document
from traceability.diary_exports.models import DiaryExport, FileFormat
from traceability.diary_exports.pdf import write_pdf
from traceability.diary_exports.queries import read_contents
from traceability.diary_exports.workbook import write_workbook

log = structlog.get_logger("diary_exports")

KEPT_FOR: Final = timedelta(days=7)
"""How long a file can be fetched; it is made again in a minute, and holds what is nobody else's business."""

CONTENT_TYPES: Final = {
    FileFormat.PDF: "application/pdf",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


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
