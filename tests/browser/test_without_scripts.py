"""The site in a browser whose JavaScript is off."""

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from deploy.story.gallery import PAGE_NAMES, View
from deploy.story.shopper import GOOD_CARD, REFUSED_CARD, card
from deploy.story.telling import Storyteller
from tests.browser.conftest import OpenContext

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("site")]
REFRESH_MILLISECONDS = 12_000


def fill_card(page: Page, number: str) -> None:
    for name, value in card(number).items():
        page.locator(f"#{name}").fill(value)
    page.locator("form button.wide").click()


def test_every_page_shows_its_heading_and_its_fields(views: dict[str, View], open_context: OpenContext) -> None:
    wrong = []
    for name in PAGE_NAMES:
        view = views[name]
        page = open_context(view, script=False).new_page()
        page.goto(view.path)
        if page.locator("h1").count() != 1 or not page.locator("h1").is_visible():
            wrong.append(f"{name}: no visible heading")
        fields = page.locator("main form :is(input:not([type=hidden]):not([type=radio]), select, textarea, button)")
        in_closed = page.locator("main details:not([open]) form :is(input:not([type=hidden]), select, button)")
        shown = sum(fields.nth(place).is_visible() for place in range(fields.count()))
        closed = sum(not in_closed.nth(place).is_visible() for place in range(in_closed.count()))
        if shown + closed < fields.count():
            wrong.append(f"{name}: {fields.count() - shown - closed} fields cannot be seen")
        page.context.close()
    assert wrong == []


def test_buying_needs_no_script(told: Storyteller, open_context: OpenContext) -> None:
    page = open_context(script=False).new_page()
    page.goto("/")
    page.locator("#site-search").fill(told.product.name_vi)
    page.locator("#site-search").press("Enter")
    page.locator("main").get_by_role("link", name=told.product.name_vi, exact=True).first.click()
    expect(page.locator("h1")).to_have_text(told.product.name_vi)

    page.locator("#quantity").fill("2")
    page.locator("form.buy button[type=submit]").click()
    page.locator("main a[href='/checkout']").click()
    page.locator("#province").select_option("40")  # Nghệ An: without a script its communes come by a button
    page.locator("button[name=choose_province]").click()
    expect(page.locator("#province")).to_have_value("40")
    page.locator("#name").fill("Khách mua thử (mẫu)")
    page.locator("#phone").fill("0912 345 678")
    page.locator("#address").fill("12 Nguyễn Du")
    page.locator("#commune").select_option(index=3)
    page.locator("main form aside button[type=submit]").click()

    fill_card(page, REFUSED_CARD)
    expect(page.locator(".failure")).to_be_visible()
    fill_card(page, GOOD_CARD)
    expect(page).to_have_url(re.compile(r"/orders/[\w-]+$"))
    assert page.locator("main form[action$='/pay']").count() == 0, "the order is paid"


def test_stall_screen_refreshes_itself(told: Storyteller, views: dict[str, View], open_context: OpenContext) -> None:
    page = open_context(views["stall-screen"], script=False).new_page()
    page.goto(views["stall-screen"].path)
    passer_by = told.stranger()
    note = f"rau {secrets.token_hex(3)}"
    form = passer_by.open(told.stall.pay_path).form(having="amount")
    hosted = passer_by.send(form, {"amount": "12.000", "note": note})
    passer_by.send_and_stay(hosted.form(having="card_number"), card(GOOD_CARD))
    expect(page.locator("[data-latest]")).to_contain_text(note, timeout=REFRESH_MILLISECONDS)
