"""The Celery side of capture jobs."""

import uuid

from celery import shared_task

from core.jobs import enqueue
from traceability.capture import running


@shared_task(name="traceability.capture.run", ignore_result=True)
def run(job_id: str) -> None:
    """Do the work of a job."""
    running.run_job(uuid.UUID(job_id))


@shared_task(name="traceability.capture.resume", ignore_result=True)
def resume() -> None:
    """Send the jobs again that nobody is working on."""
    for job_id in running.stalled_jobs():
        enqueue(run, str(job_id))
