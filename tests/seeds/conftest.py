"""A site with the demo world, on a database of its own: COPY at scale commits for itself."""

from collections.abc import Callable, Iterator

import pytest
from click.testing import Result
from flask import Flask

from app import create_app
from core.config import Settings
from core.db import db
from tests.support.databases import TestDatabases

Seed = Callable[..., Result]


@pytest.fixture(scope="package")
def make_site(databases: TestDatabases, make_settings: Callable[..., Settings]) -> Callable[..., Flask]:
    """Makes a site on a database of its own that nobody has filled."""

    def make(**settings: object) -> Flask:
        return create_app(make_settings(databases.clone(), **settings))

    return make


def run_seed(site: Flask, *arguments: str) -> Result:
    """Run `flask seed` with `arguments` and let its exceptions through."""
    return site.test_cli_runner().invoke(args=["seed", *arguments], catch_exceptions=False)


@pytest.fixture(scope="package")
def seeded_site(make_site: Callable[..., Flask]) -> Flask:
    """A site on which `flask seed` ran once."""
    site = make_site()
    result = run_seed(site)
    assert result.exit_code == 0, result.output
    return site


@pytest.fixture
def seeded(seeded_site: Flask) -> Iterator[Flask]:
    """The seeded site, inside its application context."""
    with seeded_site.app_context():
        yield seeded_site
        db.session.rollback()
