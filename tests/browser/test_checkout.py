"""The checkout in a real browser: the sum follows what is chosen."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenContext

pytestmark = pytest.mark.browser
PRODUCT = "/products/buoi-phuc-trach"


def at_checkout(open_context: OpenContext, *, script: bool = True) -> Page:
    """Somebody new with one thing in the basket, whose producer delivers in several ways."""
    page = open_context(script=script).new_page()
    page.goto(PRODUCT)
    page.locator("form[action='/basket/lines'] button[type=submit]").first.click()
    page.goto("/checkout")
    return page


def total(page: Page) -> int:
    """What stands as the total, in dong."""
    return int("".join(letter for letter in page.locator(".totals-sum dd").inner_text() if letter.isdigit()))


def fill_in(page: Page) -> None:
    for name, value in (("name", "Người mua mẫu"), ("phone", "0912345678"), ("address", "Thôn 1")):
        page.fill(f"#{name}", value)


def test_the_total_follows_the_chosen_delivery(open_context: OpenContext) -> None:
    page = at_checkout(open_context)
    before = total(page)
    courier = page.locator(".delivery-choice .choice", has_text="18.000").first
    courier.locator("input").check()
    expect(page.locator(".totals-sum dd")).not_to_contain_text(f"{before:,}".replace(",", "."))
    assert total(page) == before + 18_000
    assert courier.locator("input").is_checked()
    assert page.locator("input[name=shown_total_vnd]").input_value() == str(before + 18_000)


def test_without_a_script_the_total_with_delivery_is_shown_before_paying(open_context: OpenContext) -> None:
    page = at_checkout(open_context, script=False)
    before = total(page)
    fill_in(page)
    page.select_option("#commune", index=1)
    page.locator(".delivery-choice .choice", has_text="18.000").first.locator("input").check()
    order = page.locator("#order-sum button[type=submit]").last
    order.click()
    expect(page.locator(".notice-warn")).to_contain_text("Tính cả phí giao hàng")
    assert total(page) == before + 18_000


def test_what_is_missing_has_the_focus(open_context: OpenContext) -> None:
    page = at_checkout(open_context)
    page.locator("#order-sum button[type=submit]").last.click()
    expect(page.locator(".error-summary")).to_be_focused()
    assert page.locator(".error-summary a[href^='#delivery_']").count() == 1
