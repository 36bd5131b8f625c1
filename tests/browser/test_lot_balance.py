"""The forms that make lots of lots weigh up what is typed, as the server does when they are sent."""

import pytest
from playwright.sync_api import Page, expect

from deploy.story.gallery import View
from tests.browser.conftest import OpenContext

pytestmark = pytest.mark.browser


def kilograms(grams: int) -> str:
    """A weight as the Vietnamese page writes it."""
    whole, rest = divmod(grams, 1000)
    decimals = f",{rest:03d}".rstrip("0") if rest else ""
    return f"{whole:,}".replace(",", ".") + decimals + "\u00a0kg"


def at_hand(page: Page) -> tuple[int, int]:
    """Grams and pieces of the lot that the reader came from."""
    source = page.locator("[data-source]").first
    return int(source.get_attribute("data-grams") or 0), int(source.get_attribute("data-count") or 0)


def says(page: Page, name: str, words: str) -> None:
    expect(page.locator(f"#live-balance .stat-value [data-slot={name}]")).to_have_text(words)


def test_balance_follows_what_is_typed(views: dict[str, View], open_context: OpenContext) -> None:
    view = views["lot-grade"]
    page = open_context(view).new_page()
    page.goto(view.path)
    grams, count = at_hand(page)
    says(page, "going", kilograms(grams))
    says(page, "loss", "–")
    page.fill("[name=outputs-0-amount]", "20")
    page.fill("[name=outputs-1-amount]", "7")
    out = grams * 20 // count + grams * 7 // count
    says(page, "out", kilograms(out))
    says(page, "loss", kilograms(grams - out))
    page.fill(".source [type=text]", "30")
    used = grams * 30 // count
    says(page, "going", kilograms(used))
    says(page, "rest", kilograms(grams - used))
    assert page.locator("[data-when]:visible").count() == 0
    page.fill("[name=loss]", "0,5")
    expect(page.locator("[data-when=missing]")).to_contain_text(kilograms(used - out - 500))
    page.fill("[name=loss]", "")
    page.fill("[name=outputs-0-amount]", "99")
    expect(page.locator("[data-when=much]")).to_be_visible()
    page.fill("[name=outputs-0-amount]", "không biết")
    expect(page.locator("[data-when=unknown]")).to_be_visible()


def test_a_split_says_what_stays(views: dict[str, View], open_context: OpenContext) -> None:
    view = views["lot-split"]
    page = open_context(view).new_page()
    page.goto(view.path)
    grams, count = at_hand(page)
    says(page, "rest", kilograms(grams))
    page.fill("[name=outputs-0-amount]", "10")
    says(page, "rest", kilograms(grams - grams * 10 // count))
    page.fill("[name=outputs-1-amount]", str(count))
    expect(page.locator("[data-when=much]")).to_be_visible()


def test_the_server_comes_to_the_same(views: dict[str, View], open_context: OpenContext) -> None:
    view = views["lot-process"]
    page = open_context(view).new_page()
    page.goto(view.path)
    page.fill(".source [type=text] >> nth=0", "12")
    page.select_option("[name=outputs-0-unit]", "kg")
    page.fill("[name=outputs-0-amount]", "3,25")
    slots = [page.locator(f"#live-balance .stat-value [data-slot={name}]") for name in ("going", "out", "loss")]
    lively = [slot.inner_text() for slot in slots]
    page.click("[name=check]")
    stated = page.locator("#balance .stat-value")
    expect(stated).to_have_count(3)
    assert [words.replace(" ", "\u00a0") for words in stated.all_inner_texts()] == lively
    assert page.locator("#live-balance:visible").count() == 0
    page.fill("[name=outputs-0-amount]", "3")
    expect(page.locator("#live-balance")).to_be_visible()
    expect(page.locator("#balance")).to_have_count(0)


def test_without_scripts_the_server_says_it_and_keeps_what_was_typed(
    views: dict[str, View], open_context: OpenContext
) -> None:
    view = views["lot-process"]
    page = open_context(view, script=False).new_page()
    page.goto(view.path)
    assert page.locator("#live-balance:visible").count() == 0
    page.fill(".source [type=text] >> nth=0", "2")
    page.select_option("[name=outputs-0-unit]", "kg")
    page.fill("[name=outputs-0-amount]", "999,5")
    page.click(".form-actions [type=submit] >> nth=0")
    expect(page.locator(".error-summary")).to_contain_text("999,5")
    assert page.input_value("[name=outputs-0-amount]") == "999,5"
    assert page.input_value(".source [type=text] >> nth=0") == "2"
