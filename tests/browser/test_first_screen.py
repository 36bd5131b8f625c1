"""The first screen: what somebody asks within ten seconds, without scrolling."""

import pytest

from deploy.story.gallery import View
from tests.browser.conftest import PHONE, OpenContext

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


@pytest.mark.parametrize(
    ("name", "first"),
    [("product", ".product-price strong"), ("product", ".product-price .btn"), ("front", ".card-price strong")],
)
def test_goods_and_their_price_stand_above_the_bar_at_the_bottom(
    open_context: OpenContext, views: dict[str, View], name: str, first: str
) -> None:
    view = views[name]
    page = open_context(view).new_page()
    page.set_viewport_size(PHONE)
    page.goto(view.path)
    box, bar = page.locator(first).first.bounding_box(), page.locator(".tab-bar").bounding_box()
    assert box is not None
    assert bar is not None
    assert box["y"] + box["height"] <= bar["y"]
