"""Wiring of capturing."""

from flask import Flask

from core.jobs import every
from core.web.api_reference import api
from traceability.capture import api as capture_api
from traceability.capture.tasks import resume


def init_app(app: Flask) -> None:
    """Register the resources, and let beat send jobs again that were lost."""
    api.register_blueprint(capture_api.blueprint)
    every(app, seconds=60, task=resume)
