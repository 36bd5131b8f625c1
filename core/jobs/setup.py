"""Wiring of Celery."""

from typing import Any

import click
import structlog
from celery import Celery, Task, current_app
from flask import Flask
from flask.cli import AppGroup
from kombu.exceptions import KombuError

from core.config import Settings
from core.jobs.transport import SCHEME, register_transport
from core.memory import settle_memory

QUEUE = "default"
commands = AppGroup("jobs", help="Background work.")
log = structlog.get_logger("jobs")


def init_app(app: Flask, settings: Settings) -> Celery:
    """Make the Celery application of `app`; tasks run inside its context, one session each."""

    class ContextTask(Task):
        """A task that finds the Flask application around it."""

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            with app.app_context():
                return self.run(*args, **kwargs)

    celery = Celery(app.name, task_cls=ContextTask)
    celery.config_from_object(
        {
            "task_default_queue": QUEUE,
            "task_ignore_result": True,
            "task_acks_late": True,
            "task_reject_on_worker_lost": True,
            "task_publish_retry": False,
            "worker_prefetch_multiplier": 1,
            "worker_hijack_root_logger": False,
            "broker_connection_retry_on_startup": True,
            "beat_schedule": {},
            "beat_schedule_filename": str(settings.var_dir / "celery" / "beat-schedule"),
            "timezone": "UTC",
            **_broker(settings),
        }
    )
    celery.set_default()
    app.extensions["celery"] = celery
    app.cli.add_command(commands)
    return celery


def _broker(settings: Settings) -> dict[str, Any]:
    """Redis where one is named; else messages as files in a folder, a convenience and no guarantee."""
    register_transport()
    folder = settings.var_dir / "celery"
    folder.mkdir(parents=True, exist_ok=True)
    if settings.celery_broker_url:
        return {"broker_url": settings.celery_broker_url}
    for name in ("messages", "control"):
        (folder / name).mkdir(exist_ok=True)
    return {
        "broker_url": f"{SCHEME}://localhost/",
        "broker_transport_options": {
            "data_folder_in": str(folder / "messages"),
            "data_folder_out": str(folder / "messages"),
            "control_folder": str(folder / "control"),
            "polling_interval": 0.1,
        },
    }


def every(app: Flask, *, seconds: float, task: Any) -> None:
    """Let beat send `task` every so many seconds; a run that is late is dropped, the next one does its work."""
    celery: Celery = app.extensions["celery"]
    celery.conf.beat_schedule[task.name] = {
        "task": task.name,
        "schedule": seconds,
        "options": {"expires": max(seconds * 2, 10)},
    }


def enqueue(task: Any, *args: Any) -> None:
    """Send `task` to a worker. A broker that is away is logged, not raised: the clock's sweep does the work then."""
    try:
        task.apply_async(args=args)
    except (KombuError, OSError):
        log.exception("could not enqueue", task=task.name)


@commands.command("worker")
@click.option("--concurrency", default=2, show_default=True, help="Tasks at the same time.")
@click.option("--beat/--no-beat", default=False, help="Run the clock inside this worker (one worker only).")
def worker(concurrency: int, beat: bool) -> None:
    """Run a worker (Celery) until it is stopped."""
    arguments = [
        "--quiet",
        "worker",
        "--pool=threads",
        f"--concurrency={concurrency}",
        f"--queues={QUEUE}",
        "--loglevel=WARNING",
    ]
    arguments += ["--without-gossip", "--without-mingle"]
    if beat:
        arguments.append("--beat")
    settle_memory()
    current_app.worker_main(arguments)


@commands.command("beat")
def beat() -> None:
    """Run the clock (Celery beat) as a process of its own."""
    current_app.start(["beat", "--loglevel=WARNING"])
