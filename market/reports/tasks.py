"""The Celery side of reports."""

import uuid

from celery import shared_task

from core.jobs import enqueue
from core.jobs.files import remove_old_work_files
from core.jobs.work import stalled_work
from core.storage import private_storage
from market.reports.models import Report
from market.reports.running import write_report


@shared_task(name="market.reports.write", ignore_result=True)
def write(report_id: str) -> None:
    """Write one report."""
    write_report(report_id=uuid.UUID(report_id), storage=private_storage())


@shared_task(name="market.reports.resume", ignore_result=True)
def resume() -> None:
    """Send the reports again that nobody is working on."""
    for report_id in stalled_work(Report):
        enqueue(write, str(report_id))


@shared_task(name="market.reports.remove_old", ignore_result=True)
def remove_old() -> None:
    """Remove files that were kept long enough."""
    remove_old_work_files(Report, storage=private_storage())
