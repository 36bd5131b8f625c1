"""Writing into the diary on a phone: the likeliest activity in at most five taps, with and without scripts."""

import io

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from deploy.story.gallery import View
from tests.browser.conftest import OpenContext

pytestmark = pytest.mark.browser
MOST_TAPS = 5


class Thumb:
    """Taps what is on the page, and counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0

    def tap(self, target: Locator) -> None:
        """One tap; what is to be tapped has to be large enough for a thumb (WCAG 2.2, 2.5.8 asks for 24 pixels)."""
        box = target.bounding_box()
        assert box is not None and min(box["width"], box["height"]) >= 24
        target.click()
        self.taps += 1


def a_photo() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (640, 480), "#4c8c4a").save(content, "JPEG")
    return content.getvalue()


@pytest.mark.parametrize("script", [True, False])
def test_the_likeliest_activity_takes_five_taps_at_most(
    script: bool, views: dict[str, View], open_context: OpenContext
) -> None:
    view = views["diary"]
    page = open_context(view, script=script).new_page()
    page.goto(view.path)
    thumb = Thumb(page)
    # Plot, activity, photo, save. The amount stands there from last time.
    thumb.tap(page.locator(".plot-card-name a").first)
    thumb.tap(page.locator(".page-actions a").first)
    likeliest = page.locator(".activity").first
    name = likeliest.inner_text().strip()
    thumb.tap(likeliest)
    expect(page.locator("h1")).to_have_text(name)
    thumb.taps += 1  # the camera opens with one tap, and gives its picture to the form
    page.locator("#photo").set_input_files({"name": "anh.jpg", "mimeType": "image/jpeg", "buffer": a_photo()})
    thumb.tap(page.locator("main form button[type=submit]"))
    newest = page.locator(".entry").first
    expect(newest.locator(".entry-name")).to_contain_text(name)
    expect(newest.locator(".entry-photos img")).to_have_count(1)
    assert thumb.taps <= MOST_TAPS


def test_from_the_home_it_takes_two(views: dict[str, View], open_context: OpenContext) -> None:
    view = views["diary"]
    page = open_context(view).new_page()
    page.goto(view.path)
    thumb = Thumb(page)
    thumb.tap(page.locator(".plot-card-actions .btn-primary").first)
    thumb.tap(page.locator("main form button[type=submit]"))
    expect(page.locator(".flashes")).to_be_visible()
    assert thumb.taps == 2


def test_a_shape_is_drawn_by_tapping_its_corners(views: dict[str, View], open_context: OpenContext) -> None:
    view = views["plot-new"]
    page = open_context(view).new_page()
    page.goto(view.path)
    board = page.locator(".shape-board svg")
    for x, y in ((60, 60), (220, 60), (220, 220), (60, 220)):
        board.click(position={"x": x, "y": y})
    assert len(page.locator("#shape").input_value().splitlines()) == 4
    expect(page.locator(".shape-said")).to_contain_text("m²")
    page.locator(".shape-tools button").nth(2).click()
    assert len(page.locator("#shape").input_value().splitlines()) == 3


def test_a_plot_is_walked_round_with_the_phone(views: dict[str, View], open_context: OpenContext) -> None:
    view = views["plot-new"]
    context = open_context(view)
    context.grant_permissions(["geolocation"])
    page = context.new_page()
    page.goto(view.path)
    here, walk = (page.locator(".shape-tools button").nth(number) for number in (0, 1))
    corners = ((18.095, 105.78), (18.0952, 105.78), (18.0952, 105.7802), (18.095, 105.7802))
    for count, (latitude, longitude) in enumerate(corners, start=1):
        context.set_geolocation({"latitude": latitude, "longitude": longitude})
        # The browser's stand-in for a receiver tells a watch only where it begins.
        (walk if count == 1 else here).click()
        page.wait_for_function(
            "(count) => document.querySelector('#shape').value.split('\\n').filter(Boolean).length === count", arg=count
        )
        if count == 1:
            walk.click()
    assert page.locator("#shape").input_value().splitlines()[-1] == "18.0950000, 105.7802000"
    expect(page.locator(".shape-said")).to_contain_text("m²")
    context.clear_permissions()
