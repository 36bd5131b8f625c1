"""Files that a press of a button brings."""

import pytest
from playwright.sync_api import expect

from deploy.story.gallery import View
from tests.browser.conftest import OpenContext

pytestmark = pytest.mark.browser
NOTHING_IS_SENT = "() => document.querySelector('form[data-sent]') === null"


@pytest.mark.parametrize("script", [True, False])
def test_a_statement_comes_at_one_press_and_at_the_next(
    script: bool, views: dict[str, View], open_context: OpenContext
) -> None:
    view = views["statement"]
    page = open_context(view, script=script).new_page()
    page.goto(view.path)
    for _ in range(2):
        with page.expect_download() as download:
            page.locator("form[action='/reports'] button").first.click()
        assert download.value.suggested_filename.endswith(".xlsx")
        expect(page.locator("h1")).to_be_visible()
        page.wait_for_function(NOTHING_IS_SENT)
