"""Wiring of the kernel."""

from flask import Flask

from core import accounts, db, i18n, jobs, mail, outbox, storage
from core.config import Settings
from core.db import cli as database_cli
from core.errors import views as error_views
from core.inbox import models as inbox_models
from core.web import setup as web

MODELS = (inbox_models,)


def init_app(app: Flask, settings: Settings) -> None:
    """Set up everything that features stand on. Jobs come before the parts that put tasks on the clock."""
    app.config["SECRET_KEY"] = settings.require_secret_key()
    app.extensions["settings"] = settings
    i18n.init_app(app)
    db.init_app(app, settings)
    app.cli.add_command(database_cli.commands)
    jobs.init_app(app, settings)
    outbox.init_app(app)
    web.init_app(app, settings)
    accounts.init_app(app, settings)
    web.limit_signing_in(app)
    storage.init_app(app, settings)
    mail.init_app(app, settings)
    error_views.init_app(app)
