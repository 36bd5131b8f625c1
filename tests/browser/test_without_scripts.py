"""The site in a browser whose JavaScript is off."""

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from deploy.story.gallery import View
from deploy.story.shopper import GOOD_CARD, REFUSED_CARD, card
from deploy.story.telling import Storyteller
from seeds.delivery import COURIER_NAME
from tests.browser.conftest import OpenContext

pytestmark = pytest.mark.browser
REFRESH_MILLISECONDS = 12_000
# Radio buttons may be drawn by their labels; what is folded away in <details> opens without a script. The search in the
# front page's banner is for wide screens only: on every screen there is one in the head of the page.
UNSEEN_FIELDS = """
() => [...document.querySelectorAll("main form :is(input:not([type=hidden], [type=radio]), select, textarea, button)")]
  .filter((field) => !field.closest("details:not([open]), .hero-search") && !field.hidden && !field.checkVisibility())
  .map((field) => field.outerHTML.slice(0, 100))
"""


def fill_card(page: Page, number: str) -> None:
    for name, value in card(number).items():
        page.locator(f"#{name}").fill(value)
    page.locator("form button.wide").click()


@pytest.mark.parametrize("seen_by", ("stranger", "farmer", "stall holder", "market manager"))
def test_every_page_shows_its_heading_and_its_fields(
    seen_by: str, views: dict[str, View], open_context: OpenContext
) -> None:
    own = [view for view in views.values() if view.seen_by.name == seen_by]
    assert own
    wrong = []
    for view in own:
        page = open_context(view, script=False).new_page()
        page.goto(view.path, wait_until="domcontentloaded")
        # The page's own scripts are off; what Playwright asks still runs.
        if page.evaluate("() => [...document.querySelectorAll('h1')].filter((h1) => h1.checkVisibility()).length") != 1:
            wrong.append(f"{view.name}: not one visible heading")
        wrong += [f"{view.name}: {unseen}" for unseen in page.evaluate(UNSEEN_FIELDS)]
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
    page.locator("main button[name=checkout]").click()
    page.locator("#province").select_option("40")  # Nghệ An: without a script its communes come by a button
    page.locator("button[name=choose_province]").click()
    expect(page.locator("#province")).to_have_value("40")
    page.locator("#name").fill("Khách mua thử (mẫu)")
    page.locator("#phone").fill("0912 345 678")
    page.locator("#address").fill("12 Nguyễn Du")
    page.locator("#commune").select_option(index=3)
    page.get_by_label(COURIER_NAME).check()
    page.locator("main form aside button[type=submit]").click()
    expect(page.locator(".notice-warn")).to_contain_text("Tính cả phí giao hàng")
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
