"""Every page of the story on a phone: axe finds nothing, nothing overflows, nothing is blocked or broken."""

from typing import Any

import pytest
from playwright.sync_api import Page

from deploy.story.gallery import PAGE_NAMES, View
from deploy.story.view import show
from tests.browser.conftest import PHONE, OpenContext

pytestmark = pytest.mark.browser

WATCH_POLICY = """
window.blockedByPolicy = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.blockedByPolicy.push(`${event.violatedDirective}: ${event.blockedURI}`);
});
"""
TOO_WIDE = """
() => [...document.querySelectorAll("main *, header *, footer *")]
  .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .slice(0, 5).map((element) => element.outerHTML.slice(0, 120))
"""
REPEATED_IDS = """
() => {
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  return [...new Set(ids.filter((id, position) => ids.indexOf(id) !== position))];
}
"""
WORDS_AND_HEIGHTS = "(all) => all.map((each) => [each.textContent, each.getBoundingClientRect().height])"


def violations(page: Page, axe_script: str, *rules: str) -> list[str]:
    """What axe finds, each with the elements; all rules, or only those named."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe_script)
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = page.evaluate("(options) => axe.run(document, options)", options)["violations"]
    return [
        f"{entry['id']} ({entry['help']}): " + "; ".join(node["html"][:160] for node in entry["nodes"][:4])
        for entry in found
    ]


def wait_for_dark(page: Page) -> None:
    """Let transitions of colour begin and end, so that axe sees the colours that stay.

    They begin with the frame after the one in which the page learns of the other scheme: looking for them at once
    would find none.
    """
    page.wait_for_function("() => matchMedia('(prefers-color-scheme: dark)').matches")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))")
    page.wait_for_function("() => document.getAnimations().every((animation) => animation.playState !== 'running')")


@pytest.mark.parametrize("name", PAGE_NAMES)
def test_page_is_sound_on_a_phone(
    name: str, views: dict[str, View], open_context: OpenContext, axe_script: str
) -> None:
    view = views[name]
    page = open_context(view).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(f"{request.url}: {request.failure}"))
    page.add_init_script(WATCH_POLICY)

    answer = show(page, view)
    assert answer is not None and answer.status == view.status

    if view.status != 200:  # a browser itself writes the failure of the page into the console
        complaints = [text for text in complaints if f"status of {view.status}" not in text]
    assert complaints == []
    assert page.evaluate("window.blockedByPolicy") == []
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], f"{width} px wide because of {page.evaluate(TOO_WIDE)}"
    assert violations(page, axe_script) == []
    assert page.evaluate(REPEATED_IDS) == []  # the label of one field would lead to another

    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    wait_for_dark(page)
    assert violations(page, axe_script, "color-contrast") == [], "in the dark"


@pytest.mark.parametrize("name", ["statement", "farm-orders", "stock-card", "payouts", "ledger-month", "complaints"])
def test_tables_fit_a_desktop_and_numbers_stand_in_one_piece(
    name: str, views: dict[str, View], open_context: OpenContext
) -> None:
    page = open_context(views[name]).new_page()
    page.set_viewport_size({"width": 1280, "height": 800})
    show(page, views[name])
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 1280, f"{width} px wide because of {page.evaluate(TOO_WIDE)}"
    broken = "() => [...document.querySelectorAll('td .code, td .amount')].filter((e) => e.getClientRects().length > 1)"
    assert page.evaluate(f"({broken})().map((e) => e.textContent)") == []


@pytest.mark.parametrize("name", ["stock-card", "order-waiting", "basket", "parcel", "reviews"])
def test_links_in_lines_of_their_own_are_high_enough_to_hit(
    name: str, views: dict[str, View], open_context: OpenContext
) -> None:
    page = open_context(views[name]).new_page()
    show(page, views[name])
    links = page.locator(".crumbs a, .line-name a, .review-product a, .alone")
    assert links.count() > 0
    assert [words for words, height in links.evaluate_all(WORDS_AND_HEIGHTS) if height < 24] == []


def test_a_form_keeps_its_distance_from_the_facts_above_it(views: dict[str, View], open_context: OpenContext) -> None:
    page = open_context(views["diary-code"]).new_page()
    page.goto(views["diary-code"].path)
    facts, form = (page.locator(f"main {part}").first.bounding_box() for part in (".definitions", "form.stack"))
    assert facts is not None and form is not None
    assert form["y"] - facts["y"] - facts["height"] >= 24


def test_list_of_names_is_complete(views: dict[str, View]) -> None:
    assert set(PAGE_NAMES) == set(views)


POOR_PAGE = """<!doctype html><html lang="en"><title>Poor</title><main><h1>Poor</h1><img src="data:,">
<p style="color: #ccc; background: #fff">Pale</p><p style="width: 900px">Wide</p></main></html>"""


def test_poor_page_would_be_found(open_context: OpenContext, axe_script: str) -> None:
    page = open_context().new_page()
    page.set_content(POOR_PAGE)
    found = " ".join(violations(page, axe_script))
    assert "image-alt" in found and "color-contrast" in found
    assert page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]


def test_blocked_script_would_be_found(views: dict[str, View], open_context: OpenContext) -> None:
    page = open_context().new_page()
    page.add_init_script(WATCH_POLICY)
    page.goto(views["sign-in"].path)
    page.evaluate("() => { const s = document.createElement('script'); s.text = '1'; document.body.append(s); }")
    page.wait_for_function("() => window.blockedByPolicy.length > 0")
