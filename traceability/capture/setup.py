"""Wiring of capturing."""

from flask import Flask

from core.jobs import every
from core.web.api_reference import api
from traceability.capture import api as capture_api
from traceability.capture import cli as capture_cli
from traceability.capture.tasks import resume
from traceability.epcis.cli import epcis_commands


def init_app(app: Flask) -> None:
    """Register the resources, add the commands to the group `epcis`, let beat send jobs again that were lost."""
    for command in (capture_cli.capture, capture_cli.export):
        epcis_commands.add_command(command)
    api.register_blueprint(capture_api.blueprint)
    every(app, seconds=60, task=resume)
