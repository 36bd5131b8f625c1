"""The Celery side of serial numbers."""

import uuid

from celery import shared_task

from core.db import atomic
from core.jobs import enqueue
from traceability.items.queries import stalled_blocks
from traceability.items.running import commission_batch


@shared_task(name="traceability.items.commission", ignore_result=True)
def commission(block_id: str) -> None:
    """Write the items of a block into the journal, batch by batch, each in a transaction of its own."""
    some_are_left = True
    while some_are_left:
        with atomic():
            some_are_left = commission_batch(block_id=uuid.UUID(block_id))


@shared_task(name="traceability.items.resume", ignore_result=True)
def resume() -> None:
    """Send the blocks again that nobody is working on."""
    for block_id in stalled_blocks():
        enqueue(commission, str(block_id))
