"""Tests that share the running site stay in one process of pytest-xdist; all others go to whichever is free.

The plugin's own `xdist_group` is not used: it renames tests in a way that pytest 9.2 no longer notices.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

AT_THE_SITE = ("tests/story/", "tests/browser/")


class OneWorkerForTheSite(LoadScopeScheduling):
    """Makes one group of the tests at the site, which starts first, and of every other test a group of its own."""

    def _split_scope(self, nodeid: str) -> str:
        return "site" if nodeid.startswith(AT_THE_SITE) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneWorkerForTheSite:
    """The scheduler of the process that starts the others."""
    return OneWorkerForTheSite(config, log)
