"""The Celery side of notices."""

import uuid

from celery import shared_task

from market.followers.queries import waiting_openings
from market.notices import running

SWEEP_LIMIT = 100


@shared_task(name="market.notices.tell_followers", ignore_result=True)
def tell_followers_soon(opening_id: str) -> None:
    """Tell the followers of one opening."""
    running.tell_followers(uuid.UUID(opening_id))


@shared_task(name="market.notices.tell_waiting_followers", ignore_result=True)
def tell_waiting_followers() -> None:
    """Tell those whose message to a worker, or the worker, was lost."""
    for opening_id in waiting_openings(limit=SWEEP_LIMIT):
        running.tell_followers(opening_id)
