"""The Celery side of warnings."""

from celery import shared_task

from core.db import atomic, utc_now
from core.i18n import local_today
from traceability.attestations.deadlines.usecases import warn_of_due_corrections, warn_of_ending_certificates


@shared_task(name="traceability.attestations.deadlines.warn", ignore_result=True)
def warn_of_deadlines() -> None:
    """Warn of certificates that end and of corrections that are due."""
    today = local_today(utc_now())
    for warn in (warn_of_ending_certificates, warn_of_due_corrections):
        with atomic():
            warn(today=today)
