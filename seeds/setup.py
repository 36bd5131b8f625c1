"""Wiring of the seeds."""

from flask import Flask

from core.config import Settings
from seeds.cli import seed


def init_app(app: Flask, settings: Settings) -> None:
    """Register the command."""
    app.cli.add_command(seed)
