"""The first screen of the public record: what somebody in a shop asks within ten seconds, without scrolling."""

import pytest

from deploy.story.gallery import View
from tests.browser.conftest import OpenContext

pytestmark = pytest.mark.browser
SMALL_PHONE = {"width": 360, "height": 640}
FACTS = 5
"""Who, where, harvested, last spray, certificate; the best-before date beside them where there is one."""


def test_the_answers_stand_above_the_fold(open_context: OpenContext, views: dict[str, View]) -> None:
    view = views["trace"]
    page = open_context(view).new_page()
    page.set_viewport_size(SMALL_PHONE)
    page.goto(view.path)
    facts = page.locator(".trace-facts > div")
    assert facts.count() >= FACTS
    for place in range(facts.count()):
        box = facts.nth(place).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= SMALL_PHONE["height"], facts.nth(place).inner_text()
    assert page.locator(".trace-verdict").bounding_box() is not None
    assert page.evaluate("() => document.documentElement.scrollWidth") <= SMALL_PHONE["width"]
