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


class Contexts:
    """Browsers of phone size, one for each person with and one without scripts, so that files are fetched once."""

    def __init__(self, browser: Browser, site_url: str) -> None:
        self._browser = browser
        self._site_url = site_url
        self._kept: dict[tuple[int, bool], BrowserContext] = {}
        self._fresh: list[BrowserContext] = []

    def open(self, view: View | None = None, *, script: bool = True) -> BrowserContext:
        """The browser of the person who sees `view`, signed in as they are; without one, that of somebody new."""
        if view is None:
            self._fresh.append(self._make({}, script=script))
            return self._fresh[-1]
        key = id(view.seen_by), script
        if key not in self._kept:
            self._kept[key] = self._make(view.seen_by.cookies, script=script)
        return self._kept[key]

    def tidy(self) -> None:
        """Close what a test has opened."""
        while self._fresh:
            self._fresh.pop().close()
        for context in self._kept.values():
            for page in context.pages:
                page.close()

    def _make(self, cookies: dict[str, str], *, script: bool) -> BrowserContext:
        context = self._browser.new_context(
            viewport=PHONE, java_script_enabled=script, base_url=self._site_url, color_scheme="light"
        )
        context.add_cookies([{"name": name, "value": value, "url": self._site_url} for name, value in cookies.items()])
        return context


@pytest.fixture(scope="package")
def contexts(chromium: Browser, running_site: RunningSite) -> Contexts:
    """The browsers of this folder's tests."""
    return Contexts(chromium, running_site.url)


@pytest.fixture
def open_context(contexts: Contexts) -> Iterator[OpenContext]:
    """Opens browsers, and closes their pages after the test."""
    yield contexts.open
    contexts.tidy()


@pytest.fixture(scope="session")
def axe_script() -> str:
    """axe-core's own source."""
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
