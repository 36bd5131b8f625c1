"""Looking at the targets of links, as Celery tasks."""

import uuid
from datetime import timedelta

from celery import Task, shared_task

from core.db import utc_now
from core.jobs import enqueue
from traceability.resolver.certificates import check_certificate
from traceability.resolver.models import CertificateProblem
from traceability.resolver.queries import links_due_for_checking

CHECKED_EVERY = timedelta(days=1)
SWEEP_LIMIT = 100
_RETRIES = 3
_FIRST_PAUSE_SECONDS = 60


@shared_task(bind=True, name="traceability.resolver.check_link", ignore_result=True, max_retries=_RETRIES)
def check_link(task: Task, link_id: str) -> None:
    """Look at one link's target; one that does not answer is tried again after longer and longer pauses."""
    problem = check_certificate(uuid.UUID(link_id))
    if problem is CertificateProblem.UNREACHABLE and task.request.retries < _RETRIES:
        raise task.retry(countdown=_FIRST_PAUSE_SECONDS * 4**task.request.retries)


@shared_task(name="traceability.resolver.check_links", ignore_result=True)
def check_links() -> None:
    """Ask for a look at every link that had none for a day."""
    for link_id in links_due_for_checking(checked_before=utc_now() - CHECKED_EVERY, limit=SWEEP_LIMIT):
        enqueue(check_link, str(link_id))
