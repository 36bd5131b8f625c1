"""The Celery side of print runs."""

import uuid

from celery import shared_task

from core.db import atomic
from core.jobs import enqueue
from traceability.labels.queries import stalled_runs
from traceability.labels.running import draw_run, remove_old_files


@shared_task(name="traceability.labels.draw", ignore_result=True)
def draw(run_id: str) -> None:
    """Draw a run."""
    draw_run(uuid.UUID(run_id))


@shared_task(name="traceability.labels.resume", ignore_result=True)
def resume() -> None:
    """Send the runs again that nobody is working on."""
    for run_id in stalled_runs():
        enqueue(draw, str(run_id))


@shared_task(name="traceability.labels.remove_old_files", ignore_result=True)
def remove_old() -> None:
    """Remove files that nobody needs any more."""
    with atomic():
        remove_old_files()
