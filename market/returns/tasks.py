"""The clock's look at returns about which somebody is silent, as a Celery task."""

from celery import shared_task

from core.db import atomic, utc_now
from market.returns.deciding import act_on_silence
from market.returns.queries import due_returns

MOST_AT_ONCE = 200


@shared_task(name="market.returns.act_on_silence", ignore_result=True)
def act_on_silent_returns() -> None:
    """Let each return whose time is over go on, in a transaction of its own."""
    now = utc_now()
    with atomic():
        waiting = due_returns(now, limit=MOST_AT_ONCE)
    for return_id in waiting:
        with atomic():
            act_on_silence(return_id=return_id, now=now)
