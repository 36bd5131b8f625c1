"""Wiring of traceability."""

from flask import Flask

from core.config import Settings
from traceability.diary import models as diary_models
from traceability.journal import models as journal_models
from traceability.lots import models as lots_models

MODELS = (diary_models, journal_models, lots_models)


def init_app(app: Flask, settings: Settings) -> None:
    """Register the pages, API, commands and subscribers of traceability."""
