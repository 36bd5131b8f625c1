"""Every task goes to a queue that the worker consumes, and all that the clock sends exists."""

from flask import Flask

from core.jobs.setup import QUEUE


def test_every_task_goes_to_the_queue_that_workers_consume(app: Flask) -> None:
    celery = app.extensions["celery"]
    celery.finalize(auto=True)
    ours = [name for name in celery.tasks if not name.startswith("celery.")]
    assert ours
    queues = {celery.amqp.router.route({}, name)["queue"].name for name in ours}
    assert queues == {QUEUE}


def test_the_clock_sends_only_tasks_that_exist(app: Flask) -> None:
    celery = app.extensions["celery"]
    celery.finalize(auto=True)
    assert celery.conf.beat_schedule
    assert {entry["task"] for entry in celery.conf.beat_schedule.values()} <= set(celery.tasks)
