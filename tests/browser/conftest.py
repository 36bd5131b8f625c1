"""A real browser at the pages of a told story."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from deploy.story.gallery import View, pages_of, tell_until_refusals
from deploy.story.telling import Storyteller
from tests.support.running_site import RunningSite

PHONE = {"width": 360, "height": 740}
OpenContext = Callable[..., BrowserContext]


@pytest.fixture(scope="package")
def told(running_site: RunningSite, tmp_path_factory: pytest.TempPathFactory) -> Storyteller:
    """A story that has been told up to the refusals."""
    story = Storyteller(running_site.url, tmp_path_factory.mktemp("demo"), lambda note: None)
    tell_until_refusals(story)
    return story


@pytest.fixture(scope="package")
def views(told: Storyteller) -> dict[str, View]:
    """The pages of the story by name."""
    return {view.name: view for view in pages_of(told)}


@pytest.fixture(scope="package")
def chromium(chromium_path: str) -> Iterator[Browser]:
    """One Chromium for all tests of this folder; in containers it runs as root, which its sandbox refuses."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_context(chromium: Browser, running_site: RunningSite) -> Iterator[OpenContext]:
    """Makes browsers of phone size that hold a person's cookies; closes them after the test."""
    opened: list[BrowserContext] = []

    def make(view: View | None = None, *, script: bool = True) -> BrowserContext:
        context = chromium.new_context(
            viewport=PHONE, java_script_enabled=script, base_url=running_site.url, color_scheme="light"
        )
        opened.append(context)
        cookies = view.seen_by.cookies if view is not None else {}
        context.add_cookies(
            [{"name": name, "value": value, "url": running_site.url} for name, value in cookies.items()]
        )
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def axe_script() -> str:
    """axe-core's own source."""
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
