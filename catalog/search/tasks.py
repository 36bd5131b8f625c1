"""The Celery side of the index."""

from celery import shared_task

from catalog.search import usecases
from core.db import atomic
from core.jobs import enqueue

_ROUNDS = 20


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
    """Ask a worker to bring the index up to date soon."""
    enqueue(index_changes)
