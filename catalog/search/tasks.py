"""The Celery side of the index."""

import time

from celery import shared_task

from catalog.search import usecases
from core.db import atomic
from core.jobs import enqueue

_ROUNDS = 20
_PAUSE_SECONDS = 0.3
_last_request = 0.0


@shared_task(name="catalog.search.index_changes", ignore_result=True)
def index_changes() -> int:
    """Bring the index up to date, batch by batch, each in a transaction of its own; return how many changes."""
    done = 0
    for _ in range(_ROUNDS):
        with atomic():
            batch = usecases.index_changes()
        done += batch
        if batch < usecases.BATCH:
            break
    return done


def request_indexing() -> None:
    """Ask a worker to bring the index up to date soon; many changes in a moment ask once, the clock does the rest."""
    global _last_request
    now = time.monotonic()
    if now - _last_request >= _PAUSE_SECONDS:
        _last_request = now
        enqueue(index_changes)
