"""The Celery side of dossiers."""

import uuid

from celery import shared_task

from core.db import utc_now
from core.jobs import enqueue
from traceability.dossiers.building import build_dossier
from traceability.dossiers.queries import stalled_dossiers


@shared_task(name="traceability.dossiers.build", ignore_result=True)
def build(dossier_id: str) -> None:
    """Build one dossier."""
    build_dossier(uuid.UUID(dossier_id))


@shared_task(name="traceability.dossiers.resume", ignore_result=True)
def resume() -> None:
    """Send the dossiers again that nobody is building."""
    for dossier_id in stalled_dossiers(now=utc_now()):
        enqueue(build, str(dossier_id))
