"""Wiring of the outbox."""

from flask import Flask

from core.jobs import every
from core.outbox.tasks import deliver


def init_app(app: Flask) -> None:
    """Let beat sweep the outbox every two seconds."""
    every(app, seconds=2, task=deliver)
