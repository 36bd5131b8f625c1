"""The story's tests share one site and one telling."""

import pytest

from deploy.story.telling import Storyteller
from tests.support.running_site import RunningSite


@pytest.fixture(scope="session")
def notes() -> list[str]:
    """What the steps have said."""
    return []


@pytest.fixture(scope="session")
def story(running_site: RunningSite, tmp_path_factory: pytest.TempPathFactory, notes: list[str]) -> Storyteller:
    """One telling of the story at the running site."""
    return Storyteller(running_site.url, tmp_path_factory.mktemp("demo"), notes.append)
