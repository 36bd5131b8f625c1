"""The application factory: the one place that knows every package."""

from celery import Celery
from flask import Flask

import catalog.setup
import core.setup
import market.setup
import seeds.setup
import traceability.setup
from core.config import Settings, load_settings
from core.memory import settle_memory


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application from `settings`, or from the environment.

    Raises ConfigurationError, naming the variable, when a setting makes no sense.
    """
    settings = settings or load_settings()
    app = Flask(__name__)
    core.setup.init_app(app, settings)
    catalog.setup.init_app(app, settings)
    traceability.setup.init_app(app, settings)
    market.setup.init_app(app, settings)
    seeds.setup.init_app(app, settings)
    return app


def create_server() -> Flask:
    """The application of a new process that serves the site, for granian's factory mode."""
    app = create_app()
    settle_memory()
    return app


def create_celery() -> Celery:
    """The Celery application of a new application, for Celery's own command line."""
    celery: Celery = create_app().extensions["celery"]
    return celery
