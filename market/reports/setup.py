"""Wiring of reports."""

from flask import Flask

from core.jobs import every
from market.reports.tasks import remove_old, resume
from market.reports.views import blueprint


def init_app(app: Flask) -> None:
    """Register the pages; let beat send lost reports again, and remove old files."""
    app.register_blueprint(blueprint)
    every(app, seconds=60, task=resume)
    every(app, seconds=3600, task=remove_old)
