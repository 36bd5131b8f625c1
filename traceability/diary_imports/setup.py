"""Wiring of imports."""

from flask import Flask

from core.jobs import every
from traceability.diary_imports.tasks import forget_old, resume
from traceability.diary_imports.views import blueprint


def init_app(app: Flask) -> None:
    """Register the pages; let beat send lost imports again, and forget old files."""
    app.register_blueprint(blueprint)
    every(app, seconds=60, task=resume)
    every(app, seconds=3600, task=forget_old)
