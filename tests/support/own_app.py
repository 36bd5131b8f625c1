"""An application of a module's own, in whose database commits are real and stay."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from app import create_app
from core.config import Settings
from core.db import db
from tests.support.databases import TestDatabases
from tests.support.paying import LiveSandbox, start_live_sandbox, stop_live_sandbox


@pytest.fixture(scope="module")
def own_app(databases: TestDatabases, make_settings: Callable[..., Settings]) -> Iterator[Flask]:
    """The application, for several threads at once; forms need no token."""
    application = create_app(make_settings(databases.clone()))
    application.testing = True
    application.config["WTF_CSRF_ENABLED"] = False
    application.extensions["celery"].conf.update(broker_url="memory://", broker_transport_options={})
    yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def own_sandbox(own_app: Flask) -> Iterator[LiveSandbox]:
    """The payment sandbox that it pays at."""
    live = start_live_sandbox(own_app)
    yield live
    stop_live_sandbox(live)
