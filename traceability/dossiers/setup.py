"""Wiring of export dossiers."""

from flask import Flask

from core.jobs import every
from traceability.dossiers import models as dossiers_models
from traceability.dossiers import public_views, views
from traceability.dossiers.residues import models as residues_models
from traceability.dossiers.residues.cli import commands
from traceability.dossiers.tasks import resume

MODELS = (dossiers_models, residues_models)
_SECONDS_BETWEEN_LOOKS = 60


def init_app(app: Flask) -> None:
    """Register the pages and the command, and let beat send dossiers again that were lost."""
    app.register_blueprint(views.blueprint)
    app.register_blueprint(public_views.blueprint)
    app.cli.add_command(commands)
    every(app, seconds=_SECONDS_BETWEEN_LOOKS, task=resume)
