"""The sandbox on a real port with a real PostgreSQL, the official client, and a shop that listens for webhooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import requests
import sqlalchemy as sa
from flask import Flask

from market.payments.sandbox.server import create_sandbox, open_engine
from market.payments.sandbox.tables import SCHEMA
from tests.support.databases import TestDatabases

from .running import API_KEY, SECRET, Clock, Sandbox, Serving, Shop, make_client


@pytest.fixture(scope="session")
def database_url(databases: TestDatabases) -> str:
    """A database of this worker's own."""
    return databases.clone()


@pytest.fixture
def empty_database(database_url: str) -> str:
    """The database without the sandbox's schema."""
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.schema.DropSchema(SCHEMA, cascade=True, if_exists=True))
    engine.dispose()
    return database_url


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    app = Flask("shop")
    app.add_url_rule("/webhooks/stripe", view_func=shop.receive, methods=["POST"], endpoint="webhook")
    serving = Serving.start(app)
    shop.url = serving.url
    yield shop
    serving.stop()


@pytest.fixture
def start_sandbox(empty_database: str, shop: Shop) -> Iterator[Callable[..., Sandbox]]:
    """Start sandboxes over the same database; a second one is a restart of the first."""
    running: list[Sandbox] = []

    def start(*, background: bool = False) -> Sandbox:
        clock = Clock()
        app = create_sandbox(
            database_url=empty_database,
            api_key=API_KEY,
            webhook_secret=SECRET,
            webhook_url=f"{shop.url}/webhooks/stripe",
            public_url="http://localhost:8121",
            clock=clock,
            background=background,
        )
        serving = Serving.start(app)
        sandbox = Sandbox(serving, clock, make_client(serving.url), requests.Session())
        running.append(sandbox)
        return sandbox

    yield start
    for sandbox in running:
        sandbox.serving.stop()
        sandbox.serving.app.extensions["payment_sandbox_background"].stop()
        sandbox.serving.app.extensions["payment_sandbox_store"].engine.dispose()


@pytest.fixture
def sandbox(start_sandbox: Callable[..., Sandbox]) -> Sandbox:
    """One sandbox whose events are sent when the test calls `deliver`."""
    return start_sandbox()
