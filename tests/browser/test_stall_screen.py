"""The stall's open screen in a browser: a payment shows within two seconds, without a reload."""

import secrets
import time

import pytest
from playwright.sync_api import expect

from deploy.story.gallery import View
from deploy.story.shopper import GOOD_CARD, card
from deploy.story.telling import Storyteller
from tests.browser.conftest import OpenContext

pytestmark = pytest.mark.browser


def test_payment_shows_within_two_seconds(told: Storyteller, views: dict[str, View], open_context: OpenContext) -> None:
    page = open_context(views["stall-screen"]).new_page()
    page.goto(views["stall-screen"].path)
    page.evaluate("window.notReloaded = true")
    expect(page.locator("[data-link]")).to_have_class("till-link is-on")

    passer_by = told.stranger()
    note = f"<b>rau</b> {secrets.token_hex(3)}"
    form = passer_by.open(told.stall.pay_path).form(having="amount")
    hosted = passer_by.send(form, {"amount": "15.000", "note": note})
    paid_at = time.monotonic()
    passer_by.send_and_stay(hosted.form(having="card_number"), card(GOOD_CARD))
    expect(page.locator("[data-latest] [data-show=note]")).to_have_text(note, timeout=4_000)
    assert time.monotonic() - paid_at <= 2
    expect(page.locator("[data-latest] [data-show=amount]")).to_contain_text("15.000")
    assert page.evaluate("window.notReloaded")
