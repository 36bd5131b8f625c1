"""Real parts beside the database: where their address is not set, their tests skip and say so."""

import os
from pathlib import Path

import pytest


def _address(variable: str, part: str) -> str:
    address = os.environ.get(variable)
    if not address:
        pytest.skip(f"{part} is not running here ({variable} is not set)")
    return address


@pytest.fixture(scope="session")
def elasticsearch_url() -> str:
    """Address of a real Elasticsearch."""
    return _address("ELASTICSEARCH_URL", "Elasticsearch")


@pytest.fixture(scope="session")
def redis_url() -> str:
    """Address of a real Redis."""
    return _address("REDIS_URL", "Redis")


@pytest.fixture(scope="session")
def stripe_mock_url() -> str:
    """Address of Stripe's official mock."""
    return _address("STRIPE_MOCK_URL", "stripe-mock")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of a Chromium that Playwright can drive."""
    for candidate in (os.environ.get("CHROMIUM_PATH", ""), "/usr/bin/chromium", "/usr/bin/chromium-browser"):
        if candidate and Path(candidate).exists():
            return candidate
    pytest.skip("Chromium is not installed here (CHROMIUM_PATH is not set)")
