"""What every test stands on: one real PostgreSQL, one database a worker, one rolled-back transaction a test."""

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g, has_app_context
from flask.testing import FlaskClient
from hypothesis import settings
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session

from app import create_app
from core.config import Settings
from core.db import db, new_id, use_reading_connections
from core.db.connection import SiteConnection
from core.db.writing import write_now
from core.outbox.relay import deliver_pending
from tests.support.databases import RUN_VARIABLE, TestDatabases, server_folder

settings.register_profile("without a clock", deadline=None)  # how long an example takes says more of the machine
settings.load_profile("without a clock")

pytest_plugins = [
    "tests.support.one_worker",
    "tests.support.own_app",
    "tests.support.parts",
    "tests.support.round_trips",
    "tests.support.running_site",
    "tests.support.search",
]


def pytest_configure() -> None:
    """Name the run before the processes of pytest-xdist start, which inherit the name."""
    os.environ.setdefault(RUN_VARIABLE, new_id().hex)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where every real part runs (NO_SKIPS), a test that skips has found something missing: it fails."""
    report = yield
    if report.skipped and os.environ.get("NO_SKIPS") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be skipped: {report.longrepr}"
    return report


def pytest_sessionfinish() -> None:
    """The last process of the run, which started the others, removes the server's files."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(server_folder(), ignore_errors=True)


class Visitor(FlaskClient):
    """A browser. Requests of a test share its application context; what one leaves there, the next must not find."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request, then forget what was looked up for it alone: reader, language, request id."""
        try:
            return super().open(*args, **kwargs)
        finally:
            if has_app_context():
                for name in list(g):
                    g.pop(name)


@pytest.fixture(scope="session")
def databases() -> Iterator[TestDatabases]:
    """The database server of this run, with a migrated template to clone."""
    test_databases = TestDatabases(server_folder(), os.environ.get("TEST_DATABASE_URL"))
    test_databases.prepare_template()
    yield test_databases
    test_databases.drop_clones()


@pytest.fixture(scope="session")
def make_settings(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Settings]:
    """Settings for tests: a folder of their own, no limits on rates, a broker that keeps messages in memory."""

    def make(database_url: str, **overrides: object) -> Settings:
        from core.config import load_settings

        values: dict[str, object] = {
            "database_url": database_url,
            "var_dir": tmp_path_factory.mktemp("var"),
            "site_url": "http://localhost:8000",
            "secret_key": "only-for-tests-" * 4,
            "rate_limits_enabled": False,
            "log_level": "ERROR",
            # The parts that `make test-all` offers by these variables are for the tests that ask for them.
            "elasticsearch_url": None,
            "celery_broker_url": None,
            # And so are the ports of the site that runs for the browser's tests.
            "port": 8000,
            "sandbox_port": None,
        }
        return load_settings(**(values | overrides))

    return make


@pytest.fixture(scope="session")
def app(databases: TestDatabases, make_settings: Callable[..., Settings]) -> Flask:
    """The application on a database of this worker's own."""
    application = create_app(make_settings(databases.clone()))
    application.testing = True
    application.test_client_class = Visitor
    application.config["WTF_CSRF_ENABLED"] = False
    application.extensions["celery"].conf.update(broker_url="memory://", broker_transport_options={})
    return application


@pytest.fixture
def session(app: Flask) -> Iterator[scoped_session[Session]]:
    """The database session, inside a transaction that is rolled back after the test, commits included."""
    # Another test may have made an application since: tasks run in the one whose Celery application was made last.
    app.extensions["celery"].set_current()
    app.extensions["celery"].set_default()
    with app.app_context():
        engine = db.engine
        connection = engine.connect()
        transaction = connection.begin()
        engines = db._app_engines[app]
        engines[None] = connection
        use_reading_connections(app, lambda: nullcontext(connection))
        db.session.configure(join_transaction_mode="create_savepoint")
        try:
            yield db.session
            db.session.remove()
        finally:  # whatever a test has left, the next one finds all as it was
            transaction.rollback()
            connection.close()
            engines[None] = engine
            db.session.configure(join_transaction_mode="conditional_savepoint")


@pytest.fixture
def client(app: Flask, session: scoped_session[Session]) -> FlaskClient:
    """A visitor without an account."""
    return app.test_client()


@pytest.fixture
def deliver_outbox() -> Callable[[], int]:
    """Deliver all news now, as the worker does."""
    return deliver_pending


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], object]:
    """A context manager that lists the SQL statements run inside it."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                statements.append(statement)

        def note_unseen(statement: str) -> None:
            statements.append(statement)

        if has_app_context():
            write_now()  # what was done before
        with app.app_context():
            engine = db.engine
            event.listen(engine, "before_cursor_execute", note)
            SiteConnection.observers.append(note_unseen)
            try:
                yield statements
            finally:
                event.remove(engine, "before_cursor_execute", note)
                SiteConnection.observers.remove(note_unseen)

    return counting


@pytest.fixture(scope="session")
def shared_vectors() -> Path:
    """The folder of official acceptance data, beside the project where it is present."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "vectors"
    if not folder.is_dir():
        pytest.skip("the official acceptance data is not beside the project (../shared/vectors)")
    return folder
