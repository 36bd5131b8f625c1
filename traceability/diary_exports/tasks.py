"""The Celery side of exports."""

import uuid
from pathlib import Path

from celery import shared_task
from flask import current_app

from core.jobs import enqueue
from core.jobs.files import remove_old_work_files
from core.jobs.work import stalled_work
from core.storage import private_storage
from traceability.diary_exports.models import DiaryExport
from traceability.diary_exports.running import make_file


def fonts_folder() -> Path:
    """Where the typefaces of printed pages are."""
    return Path(current_app.static_folder or "") / "fonts"


@shared_task(name="traceability.diary_exports.run", ignore_result=True)
def run(export_id: str) -> None:
    """Make the file of an export."""
    make_file(export_id=uuid.UUID(export_id), storage=private_storage(), fonts=fonts_folder())


@shared_task(name="traceability.diary_exports.resume", ignore_result=True)
def resume() -> None:
    """Send the exports again that nobody is working on."""
    for export_id in stalled_work(DiaryExport):
        enqueue(run, str(export_id))


@shared_task(name="traceability.diary_exports.remove_old", ignore_result=True)
def remove_old() -> None:
    """Remove files that were kept long enough."""
    remove_old_work_files(DiaryExport, storage=private_storage())
