"""The Celery side of imports."""

import uuid

from celery import shared_task

from core.db import atomic
from core.jobs import enqueue
from core.jobs.work import stalled_work
from traceability.diary_imports.models import DiaryImport
from traceability.diary_imports.running import forget_old_files, run_import


@shared_task(name="traceability.diary_imports.run", ignore_result=True)
def run(import_id: str) -> None:
    """Check or write the rows of an import."""
    run_import(uuid.UUID(import_id))


@shared_task(name="traceability.diary_imports.resume", ignore_result=True)
def resume() -> None:
    """Send the imports again that nobody is working on."""
    for import_id in stalled_work(DiaryImport):
        enqueue(run, str(import_id))


@shared_task(name="traceability.diary_imports.forget_old", ignore_result=True)
def forget_old() -> None:
    """Remove files that nobody confirmed in time."""
    with atomic():
        forget_old_files()
