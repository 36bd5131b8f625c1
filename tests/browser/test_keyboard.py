"""The product page by keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from deploy.story.gallery import View
from tests.browser.conftest import OpenContext

pytestmark = pytest.mark.browser


def focused(page: Page) -> str:
    """What has the focus, as a short description."""
    return str(
        page.evaluate(
            """() => {
              const element = document.activeElement;
              return element.id || element.getAttribute("name") || element.getAttribute("href") || element.className;
            }"""
        )
    )


def test_skip_link_comes_first_and_leads_to_the_content(views: dict[str, View], open_context: OpenContext) -> None:
    page = open_context(views["product"]).new_page()
    page.goto(views["product"].path)
    page.keyboard.press("Tab")
    skip = page.locator(".skip-link")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_unit_quantity_and_button_come_in_this_order(views: dict[str, View], open_context: OpenContext) -> None:
    page = open_context(views["product"]).new_page()
    page.goto(views["product"].path)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # over the head of the page
    order = []
    for _ in range(12):
        page.keyboard.press("Tab")
        order.append(focused(page))
        outline = page.evaluate(
            """() => {
              const style = getComputedStyle(document.activeElement);
              return style.outlineStyle !== "none" || style.boxShadow !== "none";
            }"""
        )
        assert outline, f"the focus on {order[-1]} cannot be seen"
        if "btn-accent" in order[-1]:
            break
    assert [name for name in order if name.startswith("offer-") or name == "quantity" or "btn-accent" in name] == [
        "offer-1",
        "quantity",
        "btn btn-accent",
    ]
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{views['product'].seen_by.site_url}/basket")
